// Menus of the bar: they close when something else is clicked, when something in them was chosen, and by Esc.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target) || event.target.closest(".menu-list :is(a, button)")) menu.open = false;
  }
  const sections = document.getElementById("sections");
  if (event.target.closest("#sections a") && sections.matches(":popover-open")) sections.hidePopover();
});

/** Whether there was one to close; the focus goes back to what opened it. */
export function closeMenus() {
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return false;
  menu.open = false;
  menu.querySelector("summary").focus();
  return true;
}
