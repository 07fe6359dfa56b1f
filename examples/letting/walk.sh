#!/usr/bin/env bash
# Takes the contracts of a letting through ERP Bridge by its command line, one process per command, as people would:
# an administrator sets up, a project manager builds and sends, an accounting approver accepts and exports, an
# accountant imports and posts at the (simulated) ERP's desk. Then what ERP Bridge reports is compared with the
# ERP's own books. Leaves with 0 only when both are equal for every line of every contract.
#
#   walk.sh [--home FOLDER] [--most NUMBER] [FILE]
#
# FOLDER is where the installation is made; by default a new one, which is told and left behind.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home= most=0 file=$here/indot-2026-04-08.csv
while (($#)); do
  case $1 in
    --home) home=$2; shift 2 ;;
    --most) most=$2; shift 2 ;;
    -h | --help) sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
    -*) echo "walk.sh: there is no option $1; see walk.sh --help" >&2; exit 2 ;;
    *) file=$1; shift ;;
  esac
done
[[ -n $home ]] || home=$(mktemp -d)/home
[[ -f $file ]] || { echo "walk.sh: there is no file $file" >&2; exit 2; }

umask 077
export ERP_BRIDGE_HOME=$home
unset ERP_BRIDGE_SESSION ERP_BRIDGE_TOKEN ERP_BRIDGE_COMPANY
scratch=$(mktemp -d)
server=
finish() {
  [[ -z $server ]] || kill "$server" 2>/dev/null || true
  [[ -z $server ]] || wait "$server" 2>/dev/null || true
  rm -rf "$scratch"
}
trap finish EXIT

erp_bridge=${ERP_BRIDGE:-erp-bridge}
python=${PYTHON:-python3}
letting() { "$python" "$here/letting.py" "$@"; }
say() { printf '%s\n' "$*"; }

# Everyone has a password and a session file of his own; nobody acts as somebody else.
declare -A password
new_password() { password[$1]=$("$python" -c 'import secrets; print(secrets.token_urlsafe(18))'); }
for login in administrator manager approver; do
  new_password "$login"
done
as() { local login=$1; shift; ERP_BRIDGE_SESSION=$scratch/$login.json "$erp_bridge" "$@"; }
# What went well is not told; what did not is, with what was asked.
quietly() {
  local told status=0
  told=$("$@") || status=$?
  ((status == 0)) || printf '%s\n%s\n' "walk.sh: ${*:2} left with $status:" "$told" >&2
  return "$status"
}
sign_in() { quietly as "$1" sign-in "$1" --password-stdin <<<"${password[$1]}"; }

# Contracts do not depend on each other: two are worked on at a time. `lanes ACT LIST` runs ACT for each line.
lanes() {
  local act=$1 list=$2 lane pid pids=() status=0
  for lane in 0 1; do
    (
      number=0
      while IFS=$'\t' read -r -u 3 first second; do
        if ((number++ % 2 == lane)); then "$act" "$first" "$second"; fi
      done 3<"$list"
    ) &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || status=$?; done
  return "$status"
}

set_up_project() {
  local project=$1 name=$2
  quietly as administrator project create "$project" --name "$name"
  quietly as administrator project link "$project" sage "$project"
  quietly as administrator person project manager "$project" --level standard --may-send
}

build_and_send() {
  local project=$1 own lines acknowledged item rule at change
  own=$(mktemp -d -p "$scratch")
  quietly as manager budget import "$project" "$file" --job "$project" --default "category=Subcontract" \
    --duplicates sum
  as manager budget show "$project" --json >"$own/budget.json"
  letting changes <"$own/budget.json" >"$own/changes"
  while IFS=$'\t' read -r -u 4 -a change; do
    lines=()
    for ((at = 2; at < ${#change[@]}; at += 3)); do lines+=(--line "" "${change[@]:at:3}"); done
    quietly as manager budget change "$project" "${change[0]}" --description "${change[1]}" "${lines[@]}"
    quietly as manager budget approve "$project" "${change[0]}"
  done 4<"$own/changes"
  # Warnings are read before they are acknowledged, each kind by its name.
  as manager budget send "$project" --preview --json >"$own/preview.json"
  acknowledged=()
  while read -r rule; do acknowledged+=(--acknowledge "$rule"); done < <(letting warnings <"$own/preview.json")
  as manager budget send "$project" "${acknowledged[@]}" --json >"$own/sent.json"
  item=$("$python" -c 'import json, sys; print(json.load(sys.stdin)["item"]["id"])' <"$own/sent.json")
  printf '%s\t%s\n' "$item" "$project" >>"$scratch/items"
  say "   $project: item $item"
}

review_and_export() {
  local item=$1 project=$2
  quietly as approver review show "$item" --limit 5
  quietly as approver review accept "$item" --description "Letting" --confirm-import-closes
  quietly as approver export start "$item"
  as approver export take "$item" --json >"$scratch/taken-$item.json"
  letting sheets "$share" <"$scratch/taken-$item.json" >>"$scratch/sheets"
  say "   $project: taken"
}

say "1. The administrator sets up: installation, people, the simulated ERP, a connection, maps."
"$erp_bridge" init --company letting --company-name "Letting" --time-zone America/Indiana/Indianapolis \
  --login administrator --name "Administrator" --password-stdin <<<"${password[administrator]}"
# Only the plugin that is needed may run, and no other has to be loaded by each command.
printf '\n[plugins]\nenabled = ["erp-bridge-sage300"]\n' >>"$home/erp-bridge.toml"
sign_in administrator
for login in manager approver; do
  quietly as administrator person add "$login" --name "${login^}"
  quietly as administrator person password "$login" --password-stdin <<<"${password[$login]}"
  # What somebody else has set is good for one thing: choosing one's own.
  sign_in "$login"
  new_password "$login"
  quietly as "$login" person password --password-stdin <<<"${password[$login]}"
done
quietly as administrator person membership approver --integrations standard
quietly as administrator person grant approver

letting masters "$file" "$scratch" --most "$most"
as administrator simulate sage300 set-up "$scratch/jobs.json"
# Not by `as`: a function in the background is a shell of its own, and ending that would leave the server running.
ERP_BRIDGE_SESSION=$scratch/administrator.json "$erp_bridge" simulate sage300 serve --connect sage --json \
  >"$scratch/served.json" &
server=$!
until [[ -s $scratch/served.json ]]; do
  kill -0 "$server" 2>/dev/null || { echo "walk.sh: the simulator did not start" >&2; exit 3; }
  sleep 0.2
done
share=$("$python" -c 'import json, sys; print(json.load(sys.stdin)["files_root"])' <"$scratch/served.json")
as administrator map load sage "$scratch/maps.csv"
as administrator connection check sage

letting projects "$file" --most "$most" >"$scratch/projects"
lanes set_up_project "$scratch/projects"
quietly as administrator connection sync sage

say "2. The project manager imports each budget, adds changes and sends it."
sign_in manager
lanes build_and_send "$scratch/projects"

say "3. The accounting approver reviews, accepts and exports, and takes the files over for the accountant."
sign_in approver
lanes review_and_export "$scratch/items"

say "4. The accountant imports every file with the tick-box as its sheet says, posts, and prints the report."
while IFS=$'\t' read -r -u 3 path ticked; do
  quietly as approver simulate sage300 import "$path" --approved "$ticked"
done 3<"$scratch/sheets"
as approver simulate sage300 post
as approver simulate sage300 sync
as approver simulate sage300 report

say "5. Everything is verified by reading the ERP back, and compared with the ERP's own books."
as approver verify run --all >"$scratch/verified" || { cat "$scratch/verified"; exit 5; }
as approver review list --json >"$scratch/review.json"
as approver report job-costs --json >"$scratch/report.json"
while IFS=$'\t' read -r -u 3 item project; do
  as approver simulate sage300 ledger "$project" --json >"$scratch/ledger-$item.json"
done 3<"$scratch/items"
as approver audit check
letting compare "$file" "$scratch"
say "The installation is in $home."
