// Comfort on top of pages that work without it: no double sends, errors in view, and live parts that renew themselves.
"use strict";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
});

// A page that comes back from the browser's memory may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.forms) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
  }
});

document.querySelector("[data-focus]")?.focus();

// On a phone the navigation is one line: the page that is open stands in sight.
const here = document.querySelector(".top [aria-current]");
if (here) here.closest("ul").scrollLeft = here.offsetLeft - here.closest("ul").offsetLeft - 40;

// A table that is wider than its place is scrolled by keyboard, too.
const reachable = () => {
  for (const part of document.querySelectorAll(".scroll")) {
    if (part.scrollWidth > part.clientWidth && getComputedStyle(part).overflowX !== "visible") {
      part.tabIndex = 0;
      part.setAttribute("role", "region");
      part.setAttribute("aria-label", part.querySelector("caption")?.textContent.trim() || "Table");
    } else {
      part.removeAttribute("tabindex");
      part.removeAttribute("role");
      part.removeAttribute("aria-label");
    }
  }
};
reachable();
window.addEventListener("resize", reachable);

// Whether somebody has begun to fill in something on this page.
const wasChanged = (field) => {
  if (field.type === "hidden") return false;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.options) return field.selectedIndex !== Math.max(0, [...field.options].findIndex((each) => each.defaultSelected));
  return field.value !== field.defaultValue;
};
const isFilledIn = () => [...document.querySelectorAll("#content :is(input, select, textarea)")].some(wasChanged);

// Put what was read anew in the place of what stands there; who had the focus within keeps it.
const putInPlace = (part, fresh, link) => {
  const held = part.contains(document.activeElement);
  const linked = link.part.contains(document.activeElement) && link.fresh.querySelector("a, button");
  part.replaceWith(fresh);
  if (held) (linked || document.getElementById("content")).focus();
};

// <section id="progress" data-live="3" data-say="…"> is read anew from its own page every 3 seconds, while the page says
// data-live. Whoever hears the page is told data-say once it is another. Once it is over, all of the page is of before:
// it is read anew as a whole, unless something was filled in.
const renew = async (id) => {
  const part = document.getElementById(id);
  if (!part?.dataset.live) return;
  if (!document.hidden) {
    try {
      const answer = await fetch(window.location.href, { headers: { Accept: "text/html" }, redirect: "error" });
      const page = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page && page.getElementById(id);
      if (fresh) {
        const isOver = !fresh.dataset.live;
        const asWhole = isOver && !isFilledIn();
        if (asWhole) {
          putInPlace(document.getElementById("content"), page.getElementById("content"), { part, fresh });
          reachable();
        } else {
          if (isOver) fresh.insertAdjacentHTML("beforeend", '<p><a href="">Load the page anew</a> to see all that changed.</p>');
          putInPlace(part, fresh, { part, fresh });
        }
        const says = document.querySelector(`[data-says="${id}"]`);
        const say = () => (says.textContent = fresh.dataset.say);
        // A place that has just come is not listened to at once.
        if (says && fresh.dataset.say !== part.dataset.say) asWhole ? setTimeout(say, 200) : say();
      }
    } catch {
      // The server may be restarting: the next round finds it again.
    }
  }
  const seconds = Number(document.getElementById(id)?.dataset.live);
  if (seconds > 0) setTimeout(renew, seconds * 1000, id);
};
for (const part of document.querySelectorAll("[data-live][id]")) {
  setTimeout(renew, Number(part.dataset.live) * 1000, part.id);
}
