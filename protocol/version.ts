/**
 * The version of the `coscribe` subprotocol. A change of bytes on the wire bumps it and adds one line here; the golden
 * frames in messages.test.ts fail otherwise.
 *
 * 1 (2026-11): welcome, stored and notice on top of the y-websocket messages.
 */
export const PROTOCOL_VERSION = 1;

/** The subprotocol entry a client offers to get welcome, stored and notice messages. Without it a client is a stock Yjs one. */
export const SUBPROTOCOL = `coscribe.${PROTOCOL_VERSION}`;

/** A subprotocol entry that starts with this carries the access token behind it. The server never selects such an entry. */
export const TOKEN_SUBPROTOCOL_PREFIX = 'coscribe.token.';

/**
 * A subprotocol entry that starts with this carries a random key that one provider keeps for its life. A connection with a
 * key that another one has takes its place: that one is the same client's, on a network it has left.
 */
export const SESSION_SUBPROTOCOL_PREFIX = 'coscribe.session.';

/** The path below which documents are synchronised: `/sync/<document name, percent-encoded>`. */
export const SYNC_PATH = '/sync/';

/** The Y.Text of a document that holds its text, unless an embedding application names another. */
export const TEXT_FIELD = 'content';
