/** Makes dist/browser, where the server looks for what it serves to browsers. */
import { join } from 'node:path';
import { makeBrowserFiles } from './browser-files.ts';

await makeBrowserFiles(join(import.meta.dirname, '../dist/browser'));
