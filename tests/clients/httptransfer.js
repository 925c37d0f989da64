'use strict';
// Calls functions of httptransfer, one after the other: argv is JSON, [[name, ...arguments], …]. Prints what became of
// each: null, its answer, the status of a response, or {error}. AEMDownload takes its options and gives the names of the events it emitted.
const transfer = require('@adobe/httptransfer');

async function download(options) {
  const seen = [];
  const downloader = new transfer.AEMDownload();
  downloader.on('fileend', ({ fileName }) => seen.push(`end ${fileName}`));
  downloader.on('fileerror', ({ errors }) => seen.push(`error ${errors[0].code} ${errors[0].message}`));
  await downloader.downloadFiles(options);
  return seen;
}

async function call([name, ...given]) {
  try {
    if (name === 'AEMDownload') return await download(...given);
    const answer = await transfer[name](...given);
    return answer && answer.status ? answer.status : (answer ?? null);
  } catch (error) {
    return { error: String(error.message) };
  }
}

async function main() {
  const answers = [];
  for (const one of JSON.parse(process.argv[2])) answers.push(await call(one));
  console.log(JSON.stringify(answers));
}

main();
