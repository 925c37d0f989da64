'use strict';

const fs = require('node:fs').promises;
const { batchWorker, SourceCorruptError } = require('@adobe/asset-compute-sdk');

exports.main = batchWorker(async (source, renditions) => {
  if (renditions.some((rendition) => rendition.instructions.does === 'throw')) throw new SourceCorruptError('all of them');
  for (const [index, rendition] of renditions.entries()) {
    if (rendition.instructions.does !== 'nothing') await fs.writeFile(rendition.path, `${index} of ${renditions.length}\n`);
  }
});
