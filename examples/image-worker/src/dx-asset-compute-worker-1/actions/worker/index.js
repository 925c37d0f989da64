'use strict';

const fs = require('node:fs').promises;
const { worker, GenericError, RenditionFormatUnsupportedError, SourceUnsupportedError } = require('@adobe/asset-compute-sdk');

// Service parameters of the processing profile that are the image service's own.
const WISHES = ['crop', 'mask', 'text', 'width'];

exports.main = worker(async (source, rendition, params) => {
  const { instructions } = rendition;
  if (instructions.fmt !== 'png') {
    throw new RenditionFormatUnsupportedError(`The image service makes png, not ${instructions.fmt}`);
  }
  const wishes = WISHES.filter((name) => instructions[name]).map((name) => [name, instructions[name]]);
  const url = `${params.imageServiceUrl}/v1/edit?${new URLSearchParams(wishes)}`;
  console.log(`asking ${url} for ${instructions.name}`);

  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'x-api-key': params.imageServiceKey, 'content-type': 'application/octet-stream' },
    body: await fs.readFile(source.path),
  });
  if (answer.status === 415) {
    throw new SourceUnsupportedError((await answer.json()).message);
  }
  if (!answer.ok) {
    throw new GenericError(`The image service answered ${answer.status}: ${await answer.text()}`, 'image_service');
  }
  await fs.writeFile(rendition.path, Buffer.from(await answer.arrayBuffer()));
});
