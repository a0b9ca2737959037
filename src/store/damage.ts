/** What is on disk is not what was put there. The message is a clause that follows a name: "has a damaged page (7)". */
export class Damage extends Error {
  override readonly name = 'Damage';
}
