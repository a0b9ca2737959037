/** The whole schema: a list of its parts. */
import { builder } from './builder.ts';
import './enums.ts';
import './node.ts';
import './user.ts';
import './viewer.ts';
import './set-status.ts';
import './activity.ts';
import './custom-status.ts';
import './settings.ts';

export const schema = builder.toSchema();
