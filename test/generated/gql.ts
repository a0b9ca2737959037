/* eslint-disable */
import * as types from './graphql.ts';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "fragment Look on Presence {\n  availability\n  online\n  lastActive\n  status {\n    text\n    emoji\n    customStatus {\n      name\n    }\n  }\n}\n\nsubscription Watch($userIds: [ID!]!) {\n  presenceChanged(userIds: $userIds) {\n    initial\n    user {\n      id\n    }\n    presence {\n      ...Look\n    }\n  }\n}\n\nquery People($ids: [ID!]!) {\n  users(ids: $ids) {\n    id\n    name\n    presence {\n      ...Look\n    }\n  }\n}\n\nmutation SetStatus($input: SetStatusInput!) {\n  setStatus(input: $input) {\n    viewer {\n      availability\n      manual\n    }\n  }\n}": typeof types.LookFragmentDoc,
};
const documents: Documents = {
    "fragment Look on Presence {\n  availability\n  online\n  lastActive\n  status {\n    text\n    emoji\n    customStatus {\n      name\n    }\n  }\n}\n\nsubscription Watch($userIds: [ID!]!) {\n  presenceChanged(userIds: $userIds) {\n    initial\n    user {\n      id\n    }\n    presence {\n      ...Look\n    }\n  }\n}\n\nquery People($ids: [ID!]!) {\n  users(ids: $ids) {\n    id\n    name\n    presence {\n      ...Look\n    }\n  }\n}\n\nmutation SetStatus($input: SetStatusInput!) {\n  setStatus(input: $input) {\n    viewer {\n      availability\n      manual\n    }\n  }\n}": types.LookFragmentDoc,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment Look on Presence {\n  availability\n  online\n  lastActive\n  status {\n    text\n    emoji\n    customStatus {\n      name\n    }\n  }\n}\n\nsubscription Watch($userIds: [ID!]!) {\n  presenceChanged(userIds: $userIds) {\n    initial\n    user {\n      id\n    }\n    presence {\n      ...Look\n    }\n  }\n}\n\nquery People($ids: [ID!]!) {\n  users(ids: $ids) {\n    id\n    name\n    presence {\n      ...Look\n    }\n  }\n}\n\nmutation SetStatus($input: SetStatusInput!) {\n  setStatus(input: $input) {\n    viewer {\n      availability\n      manual\n    }\n  }\n}"): typeof import('./graphql.ts').LookFragmentDoc;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
