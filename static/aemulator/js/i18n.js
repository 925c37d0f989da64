// Texts come from Django's catalogue (a plain script loaded before the modules).
const django = window.django ?? window;
const { gettext, interpolate } = django;

export const _ = gettext;

/** `fill(_("%(name)s is ready"), { name })`: named placeholders, as in Django. */
export const fill = (text, values) => interpolate(text, values, true);

/** The form for `count`, filled in with `count` and `values`. */
export const ngettext = (one, many, count, values = {}) => fill(django.ngettext(one, many, count), { count: whole(count), ...values });

/** A whole number with its thousands apart. */
export const whole = (number) => new Intl.NumberFormat(document.documentElement.lang || "en").format(number);
