/** Being there: what devices report, and presence without a WebSocket. */
import { builder } from './builder.ts';
import { type Context, callerOf, sessionOf } from './context.ts';
import { ActivityEnum, DeviceEnum } from './enums.ts';
import { type SessionModel, sessionModels, type ViewerModel, viewerModel } from './models.ts';
import { SessionType } from './session.ts';
import { StatusInput } from './status.ts';
import { ViewerPayload, ViewerType } from './viewer.ts';

interface SessionPayloadModel {
  readonly session: SessionModel;
  readonly viewer: ViewerModel;
}

const SessionPayload = builder.objectRef<SessionPayloadModel>('SessionPayload').implement({
  description: 'The session, and what it has made of the person.',
  fields: (t) => ({
    session: t.expose('session', {
      type: SessionType,
      description: 'The session; after closeSession as it was before.',
    }),
    viewer: t.expose('viewer', { type: ViewerType, description: 'The person as they are now.' }),
  }),
});

const ReportActivityInput = builder.inputType('ReportActivityInput', {
  description: 'What a device tells of the person in front of it.',
  fields: (t) => ({
    activity: t.field({ type: ActivityEnum, required: true, description: 'What happened.' }),
    sessionId: t.id({ description: 'Which session; needed over HTTP, implied on a WebSocket.' }),
  }),
});

const OpenSessionInput = builder.inputType('OpenSessionInput', {
  description: 'A device that appears without a WebSocket.',
  fields: (t) => ({
    device: t.field({ type: DeviceEnum, defaultValue: 'OTHER', description: 'What kind of device it is.' }),
    activity: t.field({
      type: ActivityEnum,
      defaultValue: 'ACTIVE',
      description: 'ACTIVE appears ONLINE, IDLE appears AWAY.',
    }),
    invisible: t.boolean({
      description: 'Hides the person from before they appear, or ends that. Left out: as it was.',
    }),
    status: t.field({ type: StatusInput, description: 'Sets the status line. Left out: as it was.' }),
    sessionId: t.id({
      description: 'A session to come back to. One that is over or not yours is left alone, and a new one opens.',
    }),
  }),
});

const HeartbeatInput = builder.inputType('HeartbeatInput', {
  description: 'A sign of life of an HTTP session.',
  fields: (t) => ({
    sessionId: t.id({ required: true, description: 'Which session.' }),
    active: t.boolean({ defaultValue: false, description: 'Whether the person did something since the last one.' }),
  }),
});

const CloseSessionInput = builder.inputType('CloseSessionInput', {
  description: 'A session to end.',
  fields: (t) => ({ sessionId: t.id({ required: true, description: 'Which session.' }) }),
});

builder.mutationFields((t) => ({
  reportActivity: t.field({
    type: ViewerPayload,
    description:
      'Tells what the person in front of a device does. NOT_FOUND when the session is over or not the caller’s.',
    args: { input: t.arg({ type: ReportActivityInput, required: true, description: 'What happened.' }) },
    resolve: async (_, { input }, context) => {
      const { person } = callerOf(context);
      const id = sessionOf(context, input.sessionId);
      return viewerModel(context, person, await context.hub.reportActivity(person, id, input.activity));
    },
  }),
  openSession: t.field({
    type: SessionPayload,
    description: 'Appears without a WebSocket. The session lives 75 seconds after this and after each heartbeat.',
    args: { input: t.arg({ type: OpenSessionInput, required: true, description: 'The device.' }) },
    resolve: async (_, { input }, context) => {
      const { person, name, issuedAt } = callerOf(context);
      const { id, record } = await context.hub.openSession({ person, name, namedAt: issuedAt }, input);
      return payload(context, viewerModel(context, person, record), id);
    },
  }),
  heartbeat: t.field({
    type: SessionPayload,
    description: 'Keeps an HTTP session for another 75 seconds. NOT_FOUND when it is over: open a new one.',
    args: { input: t.arg({ type: HeartbeatInput, required: true, description: 'Which session.' }) },
    resolve: async (_, { input }, context) => {
      const { person } = callerOf(context);
      const record = await context.hub.heartbeat(person, input.sessionId, input.active ?? false);
      return payload(context, viewerModel(context, person, record), input.sessionId);
    },
  }),
  closeSession: t.field({
    type: SessionPayload,
    description: 'Ends a session at once, as on signing out: without another one the person is OFFLINE now.',
    args: { input: t.arg({ type: CloseSessionInput, required: true, description: 'Which session.' }) },
    resolve: async (_, { input }, context) => {
      const { person } = callerOf(context);
      const { ended, record } = await context.hub.closeSession(person, input.sessionId);
      const { session } = payload(context, viewerModel(context, person, ended), input.sessionId);
      return { session, viewer: viewerModel(context, person, record) };
    },
  }),
}));

function payload(context: Context, viewer: ViewerModel, sessionId: string): SessionPayloadModel {
  const session = sessionModels(viewer, context).find((each) => each.id === sessionId);
  if (session === undefined) throw new Error('the session that was just reported is not in the record');
  return { session, viewer };
}
