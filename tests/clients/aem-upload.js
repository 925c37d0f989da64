'use strict';
// Uploads as argv says, in JSON: {url, headers, files | paths, deep, browser}. Prints {seconds, waited,
// files: [[url, errors]]}; `waited` are the seconds that it was in the queue of the processors.
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

function inQueue() {
  const file = '/proc/self/schedstat';
  return fs.existsSync(file) ? Number(fs.readFileSync(file, 'ascii').split(' ')[1]) / 1e9 : 0;
}

async function main() {
  const queued = inQueue();
  const started = process.hrtime.bigint();
  const done = await upload();
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const waited = inQueue() - queued;
  const files = done.detailedResult.map((one) => [one.fileUrl || one.fileName, problems(one)]);
  console.log(JSON.stringify({ seconds, waited, errors: done.errors.map(String), files, completed: done.totalCompleted }));
}

main().catch((error) => {
  console.log(JSON.stringify({ thrown: `${error.code} ${error.message}` }));
});
