/** Where one signs in and comes back to this page. */
export function signInAddress(signIn: string, page: Pick<Location, 'pathname'>): string {
  return `${signIn}?return=${encodeURIComponent(page.pathname)}`;
}
