/** What is thrown where our own functions are not to do what an operation asks for: graphql-js does it from the beginning, and says what is wrong. */
export const UNUSUAL = new Error('graphql-js is to do this');

export function unusual(): never {
  throw UNUSUAL;
}
