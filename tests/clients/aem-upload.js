'use strict';
// Uploads as argv says, in JSON: {url, headers, files | paths, deep, browser}. Prints {seconds, files: [[url, errors]]}.
const fs = require('node:fs');

const job = JSON.parse(process.argv[2]);
if (job.browser) globalThis.window = { document: {} }; // httptransfer asks for CSRF tokens where there is a document

const uploader = require('@adobe/aem-upload');

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

function options(base) {
  return base.withUrl(job.url).withHttpOptions({ headers: job.headers });
}

// `{buffer: <path>}`: the bytes of a file as a Buffer rather than its path.
function file({ buffer, ...known }) {
  return buffer ? { ...known, blob: fs.readFileSync(buffer) } : known;
}

function upload() {
  if (job.paths) {
    const wanted = options(new uploader.FileSystemUploadOptions()).withDeepUpload(Boolean(job.deep));
    return new uploader.FileSystemUpload({ log: quiet }).upload(wanted, job.paths);
  }
  const wanted = options(new uploader.DirectBinaryUploadOptions()).withUploadFiles(job.files.map(file));
  return new uploader.DirectBinaryUpload({ log: quiet }).uploadFiles(wanted);
}

function problems({ result, error }) {
  return [...((result && result.errors) || []), ...(error ? [error] : [])].map((one) => `${one.code || ''} ${one.message}`);
}

async function main() {
  const started = process.hrtime.bigint();
  const done = await upload();
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const files = done.detailedResult.map((one) => [one.fileUrl || one.fileName, problems(one)]);
  console.log(JSON.stringify({ seconds, errors: done.errors.map(String), files, completed: done.totalCompleted }));
}

main().catch((error) => {
  console.log(JSON.stringify({ thrown: `${error.code} ${error.message}` }));
});
