// The form of one fault: its own parameters, what it matches, how often. In the dialog of the page.
import { _, fill } from "../i18n.js";
import { element, icon } from "../notices.js";
import { partyNames, STEP_NUMBERS, steps } from "./system.js";

const ANSWERING = ["repository", "blobstore", "compute", "events", "identity"];
const MATCHED = ["path", "mime", "rendition", "profile", "nth"];

export function fillForm(dialog, kind, fault) {
  const form = dialog.querySelector("form");
  form.reset();
  dialog.querySelector("[data-slot=title]").textContent = kind.title;
  dialog.querySelector("[data-slot=sentence]").textContent = kind.sentence;
  dialog.querySelector("[data-slot=parameters]").replaceChildren(...(kind.parameters ?? []).map((one) => parameterField(one, fault?.parameters?.[one.name])));
  choices(form.elements.service, _("Any service"), (kind.services?.length ? kind.services : ANSWERING).map((party) => [party, partyNames()[party] ?? party]), fault?.match?.service);
  const numbers = kind.steps?.length ? kind.steps : STEP_NUMBERS;
  choices(form.elements.step, _("Any step"), numbers.map((n) => [n, fill(_("%(n)s · %(title)s"), { n, title: steps()[n - 1].title })]), fault?.match?.step);
  for (const name of MATCHED) form.elements[name].value = fault?.match?.[name] ?? "";
  form.elements.probability.value = Math.round((fault?.probability ?? 1) * 100);
  form.elements.times.value = fault?.times ?? "";
  form.elements.seed.value = fault?.seed ?? "";
  dialog.querySelector("[data-slot=save]").textContent = fault ? _("Save") : _("Switch on");
}

function choices(select, any, options, chosen) {
  select.replaceChildren(...[["", any], ...options].map(([value, words]) => element("option", { value }, words)));
  select.value = chosen ?? "";
  select.closest(".field").hidden = options.length < 2;
}

function parameterField({ name, title, type, default: usual, unit, choices: options, minimum, maximum }, value) {
  const id = `fault-parameter-${name}`;
  const label = element("label", { htmlFor: id }, unit ? fill(_("%(title)s (%(unit)s)"), { title, unit }) : title);
  let input;
  if (type === "choice") {
    const select = element("select", { className: "select input", id, name: `parameter.${name}` }, ...(options ?? []).map((one) => (typeof one === "object" ? element("option", { value: one.value }, one.title) : element("option", { value: one }, String(one)))));
    select.value = value ?? usual ?? "";
    input = element("span", { className: "select-box" }, select, icon("down"));
  } else {
    input = element("input", { className: "input", id, name: `parameter.${name}`, type: type === "number" ? "number" : "text", value: value ?? usual ?? "" });
    if (type === "number") Object.assign(input, { step: "any", min: minimum ?? 0, ...(maximum === undefined ? {} : { max: maximum }) });
  }
  return element("div", { className: "field" }, label, input);
}

/** The fault that the form describes, as the recorder takes it. */
export function readForm(dialog, kind) {
  const { elements } = dialog.querySelector("form");
  const text = (name) => elements[name].value.trim();
  const number = (name) => (text(name) === "" ? null : Number(text(name)));
  const match = {};
  for (const name of ["service", "path", "mime", "rendition", "profile"]) if (text(name)) match[name] = text(name);
  for (const name of ["step", "nth"]) if (text(name)) match[name] = number(name);
  const parameters = {};
  for (const one of kind.parameters ?? []) {
    const value = elements[`parameter.${one.name}`]?.value ?? "";
    if (value !== "") parameters[one.name] = one.type === "number" ? Number(value) : value;
  }
  const settings = { kind: kind.kind, match, probability: (number("probability") ?? 100) / 100, times: number("times"), parameters };
  const seed = number("seed");
  return seed === null ? settings : { ...settings, seed };
}
