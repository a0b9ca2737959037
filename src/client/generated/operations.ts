/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocument } from '../types.ts';
/** What a device tells of the person in front of it. */
export type Activity =
  /** They do something: typing, pointing, touching. */
  | 'ACTIVE'
  /** The app went into the background. Means AWAY at once. */
  | 'BACKGROUND'
  /** They brought the app to the front. */
  | 'FOREGROUND'
  /** They have done nothing for a while. Means AWAY unless they switched auto-away off. */
  | 'IDLE'
  /** The screen is locked. Means AWAY at once. */
  | 'SCREEN_LOCKED'
  /** They unlocked the screen. */
  | 'SCREEN_UNLOCKED'
  /** The device goes to sleep. Means AWAY at once. */
  | 'SLEEP'
  /** The device woke up. */
  | 'WAKE';

/** The dot other people see. */
export type Availability =
  /** Connected, and nobody is there; or picked. */
  | 'AWAY'
  /** Not to be disturbed: picked, in a call, or in a meeting. */
  | 'BUSY'
  /** Not connected, or hidden; nobody can tell which. As a pick: hidden until changed. */
  | 'OFFLINE'
  /** Connected and active. As a pick: back to automatic. */
  | 'ONLINE';

/** Which channel. */
export type ChannelRef = {
  /** Its key within the type. */
  key: string;
  /** Its type. */
  type: string;
};

/** A session to end. */
export type CloseSessionInput = {
  /** Which session. */
  sessionId: string;
};

/** What kind of device a session is on, as it said itself. */
export type Device =
  /** An application on a computer. */
  | 'DESKTOP'
  /** A phone or a tablet. */
  | 'MOBILE'
  /** Anything else, or not said. */
  | 'OTHER'
  /** A browser. */
  | 'WEB';

/** Where to be, and what to say there. */
export type EnterRoomInput = {
  /** From 1 to 86400: then the label before it counts again (“typing”), or without one the session leaves. */
  expiresInSeconds?: number | null | undefined;
  /** The place: 1 to 128 characters. */
  key: string;
  /** 1 to 64 characters. */
  label?: string | null | undefined;
  /** Anything else; a guest’s name, say. */
  metadata?: Record<string, unknown> | null | undefined;
  /** Which session; implied on a WebSocket that has one. A guest without one gets one. */
  sessionId?: string | null | undefined;
};

/** A sign of life of an HTTP session. */
export type HeartbeatInput = {
  /** Whether the person did something since the last one. */
  active?: boolean | null | undefined;
  /** Which session. */
  sessionId: string;
};

/** Where not to be any more. */
export type LeaveRoomInput = {
  /** The place. */
  key: string;
  /** Which session; implied on a WebSocket that has one. */
  sessionId?: string | null | undefined;
};

/** A device that appears without a WebSocket. */
export type OpenSessionInput = {
  /** ACTIVE appears ONLINE, IDLE appears AWAY. */
  activity?: Activity | null | undefined;
  /** What kind of device it is. */
  device?: Device | null | undefined;
  /** Hides the person from before they appear, or ends that. Left out: as it was. */
  invisible?: boolean | null | undefined;
  /** A session to come back to. One that is over or not yours is left alone, and a new one opens. */
  sessionId?: string | null | undefined;
  /** Sets the status line. Left out: as it was. */
  status?: StatusInput | null | undefined;
};

/** What decides a dot; the first that applies. */
export type PresenceRule =
  /** A connected device on which you are active. */
  | 'ACTIVE_SESSION'
  /** A meeting is going on. */
  | 'CALENDAR'
  /** A call is going on. */
  | 'CALL'
  /** Every connected device is idle, locked, asleep or in the background. */
  | 'IDLE_SESSION'
  /** You are invisible. */
  | 'INVISIBLE'
  /** Every connection was lost, and may come back. */
  | 'LOST_SESSION'
  /** You picked it. */
  | 'MANUAL'
  /** No device is connected. */
  | 'NO_SESSION';

/** What a device tells of the person in front of it. */
export type ReportActivityInput = {
  /** What happened. */
  activity: Activity;
  /** Which session; needed over HTTP, implied on a WebSocket. */
  sessionId?: string | null | undefined;
};

/** What happened in a room. */
export type RoomChangeKind =
  /** Came. */
  | 'ENTERED'
  /** Went, or hid. */
  | 'LEFT'
  /** Was there when the subscription began. */
  | 'PRESENT'
  /** Has another label, other metadata, or entered again. */
  | 'UPDATED';

/** Whether to hide. */
export type SetInvisibleInput = {
  /** True hides until it is set to false, over reconnects and restarts. */
  invisible: boolean;
  /** Somebody else. SERVER role. */
  userId?: string | null | undefined;
};

/** What to change; what is left out stays. */
export type SetPreferencesInput = {
  /** Whether no activity turns the dot AWAY. */
  autoAway?: boolean | null | undefined;
  /** From 60 to 86400. */
  idleTimeoutSeconds?: number | null | undefined;
};

/** At least one of availability, text, emoji and customStatusId. A call that gives a text or an emoji states both: the one left out is cleared. */
export type SetStatusInput = {
  /** ONLINE: back to automatic. AWAY, BUSY: held until changed. OFFLINE: hidden until changed. Without text and emoji it clears both. Left out: the dot stays as picked. */
  availability?: Availability | null | undefined;
  /** Takes dot, text and emoji from a custom status, instead of giving them. */
  customStatusId?: string | null | undefined;
  /** Exactly one emoji. */
  emoji?: string | null | undefined;
  /** When what this call sets ends by itself. In the future, after startsAt, at most 10 years ahead. */
  expiresAt?: string | null | undefined;
  /** When this is to happen, as if it were called then; default now. At most 10 years ahead, and 20 at once. */
  startsAt?: string | null | undefined;
  /** At most 120 characters as people count them; trimmed. */
  text?: string | null | undefined;
  /** Somebody else. SERVER role. */
  userId?: string | null | undefined;
};

/** A status line: a text, an emoji, or both. */
export type StatusInput = {
  /** Exactly one emoji. */
  emoji?: string | null | undefined;
  /** At most 120 characters as people count them; trimmed. */
  text?: string | null | undefined;
};

export type LookFragment = { availability: Availability, lastActive: string | null, stale: boolean, status: { text: string | null, emoji: string | null, expiresAt: string | null, customStatus: { id: string } | null } | null };

export type WordsFragment = { text: string | null, emoji: string | null, expiresAt: string | null, customStatus: { id: string } | null };

export type SomebodyFragment = { id: string, name: string | null, presence: { availability: Availability, lastActive: string | null, stale: boolean, status: { text: string | null, emoji: string | null, expiresAt: string | null, customStatus: { id: string } | null } | null } };

export type OneselfFragment = { availability: Availability, invisible: boolean, manual: Availability | null, user: { id: string, name: string | null, presence: { availability: Availability, lastActive: string | null, stale: boolean, status: { text: string | null, emoji: string | null, expiresAt: string | null, customStatus: { id: string } | null } | null } }, status: { text: string | null, emoji: string | null, expiresAt: string | null, customStatus: { id: string } | null } | null, preferences: { autoAway: boolean, idleTimeoutSeconds: number }, explanation: { rule: PresenceRule, because: string, nextChangeAt: string | null } };

export type MemberFragment = { label: string, metadata: Record<string, unknown> | null, color: string, lastSeen: string, expiresAt: string | null, user: { id: string, name: string | null, presence: { availability: Availability, lastActive: string | null, stale: boolean, status: { text: string | null, emoji: string | null, expiresAt: string | null, customStatus: { id: string } | null } | null } } };

export type WatchPeopleSubscriptionVariables = Exact<{
  userIds: Array<string> | string;
}>;


export type WatchPeopleSubscription = { presenceChanged: { initial: boolean, user: { id: string, name: string | null, presence: { availability: Availability, lastActive: string | null, stale: boolean, status: { text: string | null, emoji: string | null, expiresAt: string | null, customStatus: { id: string } | null } | null } } } };

export type WatchChannelSubscriptionVariables = Exact<{
  channel: ChannelRef;
}>;


export type WatchChannelSubscription = { presenceChanged: { user: { id: string, name: string | null, presence: { availability: Availability, lastActive: string | null, stale: boolean, status: { text: string | null, emoji: string | null, expiresAt: string | null, customStatus: { id: string } | null } | null } } } };

export type WatchViewerSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type WatchViewerSubscription = { viewerChanged: { availability: Availability, invisible: boolean, manual: Availability | null, user: { id: string, name: string | null, presence: { availability: Availability, lastActive: string | null, stale: boolean, status: { text: string | null, emoji: string | null, expiresAt: string | null, customStatus: { id: string } | null } | null } }, status: { text: string | null, emoji: string | null, expiresAt: string | null, customStatus: { id: string } | null } | null, preferences: { autoAway: boolean, idleTimeoutSeconds: number }, explanation: { rule: PresenceRule, because: string, nextChangeAt: string | null } } };

export type WatchRoomSubscriptionVariables = Exact<{
  key: string;
}>;


export type WatchRoomSubscription = { roomChanged: { kind: RoomChangeKind, count: number, member: { label: string, metadata: Record<string, unknown> | null, color: string, lastSeen: string, expiresAt: string | null, user: { id: string, name: string | null, presence: { availability: Availability, lastActive: string | null, stale: boolean, status: { text: string | null, emoji: string | null, expiresAt: string | null, customStatus: { id: string } | null } | null } } } } };

export type ReadViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ReadViewerQuery = { viewer: { availability: Availability, invisible: boolean, manual: Availability | null, user: { id: string, name: string | null, presence: { availability: Availability, lastActive: string | null, stale: boolean, status: { text: string | null, emoji: string | null, expiresAt: string | null, customStatus: { id: string } | null } | null } }, status: { text: string | null, emoji: string | null, expiresAt: string | null, customStatus: { id: string } | null } | null, preferences: { autoAway: boolean, idleTimeoutSeconds: number }, explanation: { rule: PresenceRule, because: string, nextChangeAt: string | null } } };

export type ReadIdleTimeoutQueryVariables = Exact<{ [key: string]: never; }>;


export type ReadIdleTimeoutQuery = { viewer: { preferences: { idleTimeoutSeconds: number } } };

export type WhoAmIQueryVariables = Exact<{ [key: string]: never; }>;


export type WhoAmIQuery = { viewer: { user: { id: string } } };

export type CountRoomQueryVariables = Exact<{
  key: string;
}>;


export type CountRoomQuery = { room: { count: number } };

export type CustomStatusesQueryVariables = Exact<{
  search?: string | null | undefined;
}>;


export type CustomStatusesQuery = { customStatuses: Array<{ id: string, name: string, emoji: string | null, availability: Availability }> };

export type SetStatusMutationVariables = Exact<{
  input: SetStatusInput;
}>;


export type SetStatusMutation = { setStatus: { viewer: { availability: Availability, invisible: boolean, manual: Availability | null, user: { id: string, name: string | null, presence: { availability: Availability, lastActive: string | null, stale: boolean, status: { text: string | null, emoji: string | null, expiresAt: string | null, customStatus: { id: string } | null } | null } }, status: { text: string | null, emoji: string | null, expiresAt: string | null, customStatus: { id: string } | null } | null, preferences: { autoAway: boolean, idleTimeoutSeconds: number }, explanation: { rule: PresenceRule, because: string, nextChangeAt: string | null } } } };

export type ClearStatusMutationVariables = Exact<{ [key: string]: never; }>;


export type ClearStatusMutation = { clearStatus: { viewer: { availability: Availability, invisible: boolean, manual: Availability | null, user: { id: string, name: string | null, presence: { availability: Availability, lastActive: string | null, stale: boolean, status: { text: string | null, emoji: string | null, expiresAt: string | null, customStatus: { id: string } | null } | null } }, status: { text: string | null, emoji: string | null, expiresAt: string | null, customStatus: { id: string } | null } | null, preferences: { autoAway: boolean, idleTimeoutSeconds: number }, explanation: { rule: PresenceRule, because: string, nextChangeAt: string | null } } } };

export type SetInvisibleMutationVariables = Exact<{
  input: SetInvisibleInput;
}>;


export type SetInvisibleMutation = { setInvisible: { viewer: { availability: Availability, invisible: boolean, manual: Availability | null, user: { id: string, name: string | null, presence: { availability: Availability, lastActive: string | null, stale: boolean, status: { text: string | null, emoji: string | null, expiresAt: string | null, customStatus: { id: string } | null } | null } }, status: { text: string | null, emoji: string | null, expiresAt: string | null, customStatus: { id: string } | null } | null, preferences: { autoAway: boolean, idleTimeoutSeconds: number }, explanation: { rule: PresenceRule, because: string, nextChangeAt: string | null } } } };

export type SetPreferencesMutationVariables = Exact<{
  input: SetPreferencesInput;
}>;


export type SetPreferencesMutation = { setPreferences: { viewer: { availability: Availability, invisible: boolean, manual: Availability | null, user: { id: string, name: string | null, presence: { availability: Availability, lastActive: string | null, stale: boolean, status: { text: string | null, emoji: string | null, expiresAt: string | null, customStatus: { id: string } | null } | null } }, status: { text: string | null, emoji: string | null, expiresAt: string | null, customStatus: { id: string } | null } | null, preferences: { autoAway: boolean, idleTimeoutSeconds: number }, explanation: { rule: PresenceRule, because: string, nextChangeAt: string | null } } } };

export type ReportActivityMutationVariables = Exact<{
  input: ReportActivityInput;
}>;


export type ReportActivityMutation = { reportActivity: { viewer: { availability: Availability } } };

export type OpenSessionMutationVariables = Exact<{
  input: OpenSessionInput;
}>;


export type OpenSessionMutation = { openSession: { session: { id: string }, viewer: { user: { id: string } } } };

export type HeartbeatMutationVariables = Exact<{
  input: HeartbeatInput;
}>;


export type HeartbeatMutation = { heartbeat: { session: { id: string } } };

export type CloseSessionMutationVariables = Exact<{
  input: CloseSessionInput;
}>;


export type CloseSessionMutation = { closeSession: { session: { id: string } } };

export type EnterRoomMutationVariables = Exact<{
  input: EnterRoomInput;
}>;


export type EnterRoomMutation = { enterRoom: { sessionId: string } };

export type LeaveRoomMutationVariables = Exact<{
  input: LeaveRoomInput;
}>;


export type LeaveRoomMutation = { leaveRoom: { sessionId: string } };

export const WatchPeople: TypedDocument<WatchPeopleSubscription, WatchPeopleSubscriptionVariables> =
  'subscription WatchPeople($userIds:[ID!]!){presenceChanged(userIds:$userIds){initial user{...Somebody}}} fragment Somebody on User{id name presence{...Look}} fragment Look on Presence{availability status{...Words}lastActive stale} fragment Words on Status{text emoji expiresAt customStatus{id}}';

export const WatchChannel: TypedDocument<WatchChannelSubscription, WatchChannelSubscriptionVariables> =
  'subscription WatchChannel($channel:ChannelRef!){presenceChanged(channel:$channel){user{...Somebody}}} fragment Somebody on User{id name presence{...Look}} fragment Look on Presence{availability status{...Words}lastActive stale} fragment Words on Status{text emoji expiresAt customStatus{id}}';

export const WatchViewer: TypedDocument<WatchViewerSubscription, WatchViewerSubscriptionVariables> =
  'subscription WatchViewer{viewerChanged{...Oneself}} fragment Oneself on Viewer{user{...Somebody}availability invisible manual status{...Words}preferences{autoAway idleTimeoutSeconds}explanation{rule because nextChangeAt}} fragment Somebody on User{id name presence{...Look}} fragment Look on Presence{availability status{...Words}lastActive stale} fragment Words on Status{text emoji expiresAt customStatus{id}}';

export const WatchRoom: TypedDocument<WatchRoomSubscription, WatchRoomSubscriptionVariables> =
  'subscription WatchRoom($key:String!){roomChanged(key:$key){kind count member{...Member}}} fragment Member on RoomMember{user{...Somebody}label metadata color lastSeen expiresAt} fragment Somebody on User{id name presence{...Look}} fragment Look on Presence{availability status{...Words}lastActive stale} fragment Words on Status{text emoji expiresAt customStatus{id}}';

export const ReadViewer: TypedDocument<ReadViewerQuery, ReadViewerQueryVariables> =
  'query ReadViewer{viewer{...Oneself}} fragment Oneself on Viewer{user{...Somebody}availability invisible manual status{...Words}preferences{autoAway idleTimeoutSeconds}explanation{rule because nextChangeAt}} fragment Somebody on User{id name presence{...Look}} fragment Look on Presence{availability status{...Words}lastActive stale} fragment Words on Status{text emoji expiresAt customStatus{id}}';

export const ReadIdleTimeout: TypedDocument<ReadIdleTimeoutQuery, ReadIdleTimeoutQueryVariables> =
  'query ReadIdleTimeout{viewer{preferences{idleTimeoutSeconds}}}';

export const WhoAmI: TypedDocument<WhoAmIQuery, WhoAmIQueryVariables> =
  'query WhoAmI{viewer{user{id}}}';

export const CountRoom: TypedDocument<CountRoomQuery, CountRoomQueryVariables> =
  'query CountRoom($key:String!){room(key:$key){count}}';

export const CustomStatuses: TypedDocument<CustomStatusesQuery, CustomStatusesQueryVariables> =
  'query CustomStatuses($search:String){customStatuses(search:$search){id name emoji availability}}';

export const SetStatus: TypedDocument<SetStatusMutation, SetStatusMutationVariables> =
  'mutation SetStatus($input:SetStatusInput!){setStatus(input:$input){viewer{...Oneself}}} fragment Oneself on Viewer{user{...Somebody}availability invisible manual status{...Words}preferences{autoAway idleTimeoutSeconds}explanation{rule because nextChangeAt}} fragment Somebody on User{id name presence{...Look}} fragment Look on Presence{availability status{...Words}lastActive stale} fragment Words on Status{text emoji expiresAt customStatus{id}}';

export const ClearStatus: TypedDocument<ClearStatusMutation, ClearStatusMutationVariables> =
  'mutation ClearStatus{clearStatus{viewer{...Oneself}}} fragment Oneself on Viewer{user{...Somebody}availability invisible manual status{...Words}preferences{autoAway idleTimeoutSeconds}explanation{rule because nextChangeAt}} fragment Somebody on User{id name presence{...Look}} fragment Look on Presence{availability status{...Words}lastActive stale} fragment Words on Status{text emoji expiresAt customStatus{id}}';

export const SetInvisible: TypedDocument<SetInvisibleMutation, SetInvisibleMutationVariables> =
  'mutation SetInvisible($input:SetInvisibleInput!){setInvisible(input:$input){viewer{...Oneself}}} fragment Oneself on Viewer{user{...Somebody}availability invisible manual status{...Words}preferences{autoAway idleTimeoutSeconds}explanation{rule because nextChangeAt}} fragment Somebody on User{id name presence{...Look}} fragment Look on Presence{availability status{...Words}lastActive stale} fragment Words on Status{text emoji expiresAt customStatus{id}}';

export const SetPreferences: TypedDocument<SetPreferencesMutation, SetPreferencesMutationVariables> =
  'mutation SetPreferences($input:SetPreferencesInput!){setPreferences(input:$input){viewer{...Oneself}}} fragment Oneself on Viewer{user{...Somebody}availability invisible manual status{...Words}preferences{autoAway idleTimeoutSeconds}explanation{rule because nextChangeAt}} fragment Somebody on User{id name presence{...Look}} fragment Look on Presence{availability status{...Words}lastActive stale} fragment Words on Status{text emoji expiresAt customStatus{id}}';

export const ReportActivity: TypedDocument<ReportActivityMutation, ReportActivityMutationVariables> =
  'mutation ReportActivity($input:ReportActivityInput!){reportActivity(input:$input){viewer{availability}}}';

export const OpenSession: TypedDocument<OpenSessionMutation, OpenSessionMutationVariables> =
  'mutation OpenSession($input:OpenSessionInput!){openSession(input:$input){session{id}viewer{user{id}}}}';

export const Heartbeat: TypedDocument<HeartbeatMutation, HeartbeatMutationVariables> =
  'mutation Heartbeat($input:HeartbeatInput!){heartbeat(input:$input){session{id}}}';

export const CloseSession: TypedDocument<CloseSessionMutation, CloseSessionMutationVariables> =
  'mutation CloseSession($input:CloseSessionInput!){closeSession(input:$input){session{id}}}';

export const EnterRoom: TypedDocument<EnterRoomMutation, EnterRoomMutationVariables> =
  'mutation EnterRoom($input:EnterRoomInput!){enterRoom(input:$input){sessionId}}';

export const LeaveRoom: TypedDocument<LeaveRoomMutation, LeaveRoomMutationVariables> =
  'mutation LeaveRoom($input:LeaveRoomInput!){leaveRoom(input:$input){sessionId}}';