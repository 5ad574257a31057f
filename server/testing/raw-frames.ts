import type { SeededRandom } from './seeded-random.ts';

/** Bytes that break the WebSocket protocol or ours, to be written on an upgraded socket. */
export interface RawAttack {
  readonly what: string;
  readonly bytes: Uint8Array;
  /** Whether the server has to end the socket by itself; otherwise it may go on waiting for more. */
  readonly ends: boolean;
}

/** Parts of a frame as RFC 6455, section 5.2, has them; whatever is not given is as it should be. */
export interface CraftedFrame {
  readonly fin?: boolean;
  readonly reserved?: number;
  readonly opcode?: number;
  readonly masked?: boolean;
  readonly payload?: Uint8Array;
  /** Length that the header claims instead of the payload's. */
  readonly claimed?: bigint;
}

const MASK = [0x12, 0x34, 0x56, 0x78] as const;

/** Builds a frame of a client, right or wrong. */
export function craftFrame(frame: CraftedFrame): Uint8Array {
  const { fin = true, reserved = 0, opcode = 2, masked = true, payload = new Uint8Array(), claimed } = frame;
  const length = claimed ?? BigInt(payload.length);
  const bytes = [(fin ? 0x80 : 0) | (reserved << 4) | opcode];
  const maskBit = masked ? 0x80 : 0;
  if (length < 126n) {
    bytes.push(maskBit | Number(length));
  } else if (length < 65_536n) {
    bytes.push(maskBit | 126, Number(length >> 8n), Number(length & 0xffn));
  } else {
    bytes.push(maskBit | 127);
    for (let shift = 56n; shift >= 0n; shift -= 8n) bytes.push(Number((length >> shift) & 0xffn));
  }
  if (masked) bytes.push(...MASK);
  const result = new Uint8Array(bytes.length + payload.length);
  result.set(bytes);
  payload.forEach((byte, index) => {
    result[bytes.length + index] = masked ? byte ^ (MASK[index % 4] ?? 0) : byte;
  });
  return result;
}

function closeFrame(code: number, reason: Uint8Array = new Uint8Array()): Uint8Array {
  return craftFrame({ opcode: 8, payload: new Uint8Array([code >> 8, code & 0xff, ...reason]) });
}

function randomBytes(random: SeededRandom, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(256));
}

const INVALID_UTF8 = new Uint8Array([0x61, 0xc3, 0x28, 0xf0, 0x9f]);

const ATTACKS: readonly ((random: SeededRandom) => RawAttack)[] = [
  (random) => {
    const reserved = 1 + random.below(7);
    return {
      what: `reserved bits ${reserved}`,
      bytes: craftFrame({ reserved, payload: randomBytes(random, 9) }),
      ends: true,
    };
  },
  (random) => {
    const opcode = random.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]);
    return { what: `opcode ${opcode}`, bytes: craftFrame({ opcode }), ends: true };
  },
  (random) => ({
    what: 'a frame without a mask',
    bytes: craftFrame({ masked: false, payload: randomBytes(random, 1 + random.below(40)) }),
    ends: true,
  }),
  (random) => {
    const claimed = random.pick([2n ** 63n - 1n, 2n ** 64n - 1n, 2n ** 53n, 2n ** 32n, 17n * 1024n * 1024n]);
    return { what: `a length of ${claimed}`, bytes: craftFrame({ claimed }), ends: true };
  },
  () => ({ what: 'text that is not UTF-8', bytes: craftFrame({ opcode: 1, payload: INVALID_UTF8 }), ends: true }),
  () => ({ what: 'text', bytes: craftFrame({ opcode: 1, payload: new TextEncoder().encode('hello') }), ends: true }),
  (random) => {
    const code = random.pick([0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65_535]);
    return { what: `the close code ${code}`, bytes: closeFrame(code), ends: true };
  },
  () => ({ what: 'a close reason that is not UTF-8', bytes: closeFrame(1000, INVALID_UTF8), ends: true }),
  () => ({ what: 'half a close code', bytes: craftFrame({ opcode: 8, payload: new Uint8Array([3]) }), ends: true }),
  (random) => {
    const opcode = random.pick([8, 9, 10]);
    return { what: `a control frame ${opcode} in pieces`, bytes: craftFrame({ opcode, fin: false }), ends: true };
  },
  (random) => {
    const opcode = random.pick([8, 9, 10]);
    const payload = new Uint8Array(126 + random.below(300));
    return { what: `a long control frame ${opcode}`, bytes: craftFrame({ opcode, payload }), ends: true };
  },
  () => ({ what: 'a continuation of nothing', bytes: craftFrame({ opcode: 0 }), ends: true }),
  (random) => ({
    what: 'a message inside another',
    bytes: new Uint8Array([
      ...craftFrame({ fin: false, payload: randomBytes(random, 5) }),
      ...craftFrame({ payload: randomBytes(random, 5) }),
    ]),
    ends: true,
  }),
  (random) => ({
    what: 'thousands of empty pieces',
    bytes: new Uint8Array([
      ...craftFrame({ fin: false, payload: new Uint8Array([0]) }),
      ...Array.from({ length: 17_000 }, () => [...craftFrame({ opcode: 0, fin: false })]).flat(),
      random.below(256),
    ]),
    ends: true,
  }),
  () => ({
    what: 'a flood of pings',
    bytes: new Uint8Array(
      Array.from({ length: 3_000 }, () => [...craftFrame({ opcode: 9, payload: new Uint8Array(125) })]).flat(),
    ),
    ends: false,
  }),
  (random) => ({ what: 'a message of noise', bytes: craftFrame({ payload: noise(random) }), ends: true }),
  (random) => ({ what: 'noise', bytes: randomBytes(random, 1 + random.below(3_000)), ends: false }),
  (random) => ({
    what: 'a long message that never ends',
    bytes: craftFrame({ claimed: 10_000_000n, payload: randomBytes(random, random.below(5_000)) }),
    ends: false,
  }),
  (random) => {
    const whole = craftFrame({ payload: randomBytes(random, 300) });
    return { what: 'part of a frame', bytes: whole.subarray(0, 1 + random.below(whole.length - 1)), ends: false };
  },
];

/** Noise that begins with a message type that does not exist, so that it can be no message. */
function noise(random: SeededRandom): Uint8Array {
  return new Uint8Array([4 + random.below(90), ...randomBytes(random, random.below(200))]);
}

/** One attack, chosen by lot. */
export function rawAttack(random: SeededRandom): RawAttack {
  return random.pick(ATTACKS)(random);
}
