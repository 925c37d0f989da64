// The standard set as sharp's documentation does it: one call for each rendition. Prints one JSON line.
// node render.mjs FILE OUT REPEATS
import { readFileSync, writeFileSync } from 'node:fs'
import sharp from 'sharp'

const [file, out, repeats] = process.argv.slice(2)
const SET = [
  ['48.png', 48, 48],
  ['140.png', 140, 100],
  ['319.png', 319, 319],
  ['1280.jpeg', 1280, 1280],
  ['2048.jpeg', 2048, 2048],
]
sharp.cache(false) // the same file again and again would else be decoded once

async function render() {
  const made = {}
  for (const [name, width, height] of SET) {
    const image = sharp(file).resize(width, height, { fit: 'inside', withoutEnlargement: true })
    made[name] = await (name.endsWith('.png') ? image.png() : image.jpeg({ quality: 85 })).toBuffer()
  }
  return made
}

for (const [name, content] of Object.entries(await render())) writeFileSync(`${out}/${name}`, content)
const before = process.cpuUsage()
for (let number = 0; number < Number(repeats); number++) await render()
const used = process.cpuUsage(before)
console.log(JSON.stringify({
  cpu: (used.user + used.system) / 1e6 / Number(repeats),
  peak: Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024,
}))
