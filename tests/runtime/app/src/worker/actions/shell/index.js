'use strict';

const { shellScriptWorker } = require('@adobe/asset-compute-sdk');

exports.main = shellScriptWorker();
