"""Views: what a template is given, made of what services answer. Plain values, no rule."""
