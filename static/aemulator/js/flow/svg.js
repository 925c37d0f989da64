const NAMESPACE = "http://www.w3.org/2000/svg";

/** `svg("circle", { r: 4 }, child)` */
export function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export const text = (x, y, words, className, anchor = "start") => svg("text", { x, y, class: className, "text-anchor": anchor }, words);
