'use strict';

const fs = require('node:fs').promises;
const {
  worker,
  ClientError,
  GenericError,
  RenditionFormatUnsupportedError,
  RenditionTooLarge,
  SourceCorruptError,
  SourceFormatUnsupportedError,
  SourceUnsupportedError,
} = require('@adobe/asset-compute-sdk');

class OwnError extends ClientError {
  constructor(message) {
    super(message, 'OwnError', 'my_reason');
  }
}

const ERRORS = {
  ClientError: OwnError,
  GenericError,
  RenditionFormatUnsupportedError,
  RenditionTooLarge,
  SourceCorruptError,
  SourceFormatUnsupportedError,
  SourceUnsupportedError,
  TypeError,
};

// What the test wants is in the instructions of the rendition.
const DOES = {
  copy: async (source, rendition) => fs.copyFile(source.path, rendition.path),
  large: async (source, rendition) => fs.writeFile(rendition.path, Buffer.alloc(Number(rendition.instructions.size), 'x')),
  greet: async (source, rendition, params) => fs.writeFile(rendition.path, `${params.greeting} ${rendition.instructions.name}\n`),
  nothing: async () => {},
  throw: async (source, rendition) => {
    throw new ERRORS[rendition.instructions.error]('as asked');
  },
  crash: async () => process.exit(5),
  hang: () => new Promise((done) => setTimeout(done, 3600e3)),
};

exports.main = worker(async (source, rendition, params) => {
  console.log(`making ${rendition.instructions.name}: ${rendition.instructions.does}`);
  await DOES[rendition.instructions.does](source, rendition, params);
});
