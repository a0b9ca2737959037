/** The whole schema: a list of its parts. */
import { builder } from './builder.ts';
import './enums.ts';
import './node-query.ts';
import './user.ts';
import './viewer.ts';
import './set-status.ts';
import './claim.ts';
import './calendar.ts';
import './activity.ts';
import './end-sessions.ts';
import './custom-status.ts';
import './settings.ts';
import './service.ts';
import './json.ts';
import './room.ts';
import './channel.ts';

export const schema = builder.toSchema();
