/** The header for a user and a password. @see https://www.rfc-editor.org/rfc/rfc7617#section-2 */
export function basicAuthorization(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
