// What was dropped or picked, as a flat list of {file, folders}: `folders` are the titles on the way to the file.

function entriesOf(directory) {
  const reader = directory.createReader();
  const all = [];
  return new Promise((resolve, reject) => {
    // A reader hands out at most 100 entries a call, and an empty list at the end.
    const next = () => reader.readEntries((some) => (some.length ? (all.push(...some), next()) : resolve(all)), reject);
    next();
  });
}

const fileOf = (entry) => new Promise((resolve, reject) => entry.file(resolve, reject));

async function* walk(entry, folders) {
  if (entry.isFile) {
    yield { file: await fileOf(entry), folders };
    return;
  }
  const below = [...folders, entry.name];
  yield { folders: below }; // an empty folder is a folder too
  for (const child of await entriesOf(entry)) yield* walk(child, below);
}

/** Must be called while the drop event is handled: afterwards the browser forgets the items. */
export function fromDrop(transfer) {
  const entries = [...transfer.items].filter((item) => item.kind === "file").map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  return collect(entries.filter(Boolean));
}

async function collect(entries) {
  const found = [];
  for (const entry of entries) {
    if (entry instanceof File) found.push({ file: entry, folders: [] });
    else for await (const item of walk(entry, [])) found.push(item);
  }
  return found;
}

/** From a file input; `webkitRelativePath` is `holiday/day 1/a.jpg` for a picked folder. */
export function fromInput(files) {
  return [...files].map((file) => ({ file, folders: file.webkitRelativePath.split("/").slice(0, -1).filter(Boolean) }));
}

export const hasFiles = (transfer) => [...(transfer?.types ?? [])].includes("Files");
