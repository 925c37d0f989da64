// Pictures that the lessons upload: hills under a sky, another one for each seed.

/** A JPEG or PNG file. */
export async function picture(name, { width = 1600, height = 1000, seed = 1, type = "image/jpeg" } = {}) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  paint(canvas.getContext("2d"), width, height, seed);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, type, 0.9));
  return new File([blob], name, { type });
}

function paint(context, width, height, seed) {
  const hue = (seed * 47) % 360;
  const sky = context.createLinearGradient(0, 0, 0, height);
  sky.addColorStop(0, `hsl(${hue} 45% 32%)`);
  sky.addColorStop(0.65, `hsl(${(hue + 40) % 360} 65% 74%)`);
  context.fillStyle = sky;
  context.fillRect(0, 0, width, height);
  context.fillStyle = `hsl(${(hue + 60) % 360} 90% 88%)`;
  context.beginPath();
  context.arc(width * (0.3 + 0.05 * (seed % 8)), height * 0.38, height * 0.11, 0, Math.PI * 2);
  context.fill();
  for (let ridge = 0; ridge < 4; ridge += 1) hills(context, width, height, hue, ridge, seed);
}

function hills(context, width, height, hue, ridge, seed) {
  const base = height * (0.55 + ridge * 0.11);
  context.fillStyle = `hsl(${(hue + 200 + ridge * 8) % 360} ${30 + ridge * 5}% ${48 - ridge * 11}%)`;
  context.beginPath();
  context.moveTo(0, height);
  for (let x = 0; x <= width; x += 8) {
    const at = x / width;
    const wave = Math.sin(at * (5 + ridge * 2) + seed * (ridge + 1)) * 0.05 + Math.sin(at * (13 + ridge * 5) + seed) * 0.018;
    context.lineTo(x, base - wave * height);
  }
  context.lineTo(width, height);
  context.fill();
}
