import * as encoding from 'lib0/encoding';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { type CraftedStruct, contents, craftUpdate, deletedUnits, insertion } from '../testing/craft-update.ts';
import { UpdateRefused, UpdateScan } from './update-scan.ts';

const text = () => new UpdateScan({ kind: 'text', field: 'content' });
const any = () => new UpdateScan({ kind: 'any' });

/** The code with which `update` is refused; null when it is not. */
function refusal(update: Uint8Array, scan = text()): string | null {
  try {
    scan.read(update);
    return null;
  } catch (error) {
    if (error instanceof UpdateRefused) return error.code;
    throw error;
  }
}

const one = (struct: CraftedStruct, clock = 0) => craftUpdate([{ client: 1, clock, structs: [struct] }]);
/** 2^32 as a variable-length integer. */
const HUGE = [0x80, 0x80, 0x80, 0x80, 0x10];

const bytes = (...values: number[]) => new Uint8Array(values);

/** A string struct with these bytes as its content. */
const rawString = (...content: number[]) =>
  one({ ref: 4, content: (encoder) => encoding.writeVarUint8Array(encoder, bytes(...content)) });

describe('what is read', () => {
  test('a keystroke', () => {
    const scan = text();
    scan.read(craftUpdate([{ client: 7, clock: 3, structs: [insertion('é', { origin: [7, 2], right: [9, 4] })] }]));
    expect([scan.blockCount, scan.structCount, scan.deletesCount]).toEqual([1, 1, 0]);
    expect(scan.struct(0)).toMatchObject({ client: 7, clock: 3, length: 1, originClient: 7, originClock: 2 });
    expect(scan.struct(0)).toMatchObject({ rightClient: 9, rightClock: 4 });
    expect(scan.block(0)).toMatchObject({ client: 7, clock: 3, endClock: 4 });
    expect(scan.blockOf(7)).toBe(0);
    expect(scan.blockOf(8)).toBe(-1);
  });

  test('lengths count UTF-16 code units, as Yjs does', () => {
    for (const string of ['a', 'é', '日本', '😀', 'a😀é日', '\ufeffx', '\u0000', 'x'.repeat(300), '😀'.repeat(100)]) {
      const scan = text();
      scan.read(one(insertion(string)));
      expect(scan.struct(0).length).toBe(string.length);
    }
  });

  test('the whole of a real document, and what it deletes', () => {
    const doc = new Y.Doc();
    const content = doc.getText('content');
    content.insert(0, 'hello 😀 world');
    content.delete(2, 3);
    content.insert(4, 'x');
    const scan = text();
    scan.read(Y.encodeStateAsUpdate(doc));
    expect(scan.block(0).endClock).toBe(Y.decodeStateVector(Y.encodeStateVector(doc)).get(doc.clientID));
    expect(scan.deletes(0)).toMatchObject({ client: doc.clientID, units: 3 });
  });

  test('an empty update', () => {
    expect(refusal(bytes(0, 0))).toBeNull();
  });

  test('one scan reads one update after the other', () => {
    const scan = text();
    scan.read(one(insertion('abc')));
    scan.read(craftUpdate([], [{ client: 5, ranges: [[3, 2]] }]));
    expect([scan.blockCount, scan.structCount, scan.deletesCount]).toEqual([0, 0, 1]);
    expect(scan.deletes(0)).toEqual({ client: 5, endClock: 5, units: 2 });
    expect(() => scan.struct(0)).toThrow(RangeError);
  });

  test('that something is left out', () => {
    const scan = text();
    scan.read(
      craftUpdate([
        {
          client: 1,
          clock: 0,
          structs: [
            insertion('a'),
            { ref: 10, content: (encoder) => encoding.writeVarUint(encoder, 3) },
            insertion('b', { origin: [1, 3] }),
          ],
        },
      ]),
    );
    expect(scan.hasSkips).toBe(true);
    scan.read(bytes(0, 0));
    expect(scan.hasSkips).toBe(false);
  });
});

describe('what is refused', () => {
  test('[SEC-8] every prefix of an update, without an error of another kind', () => {
    const doc = new Y.Doc();
    doc.getText('content').insert(0, 'some text 😀');
    doc.getText('content').delete(3, 2);
    const update = Y.encodeStateAsUpdate(doc);
    for (let end = 0; end < update.length; end++) {
      expect(['truncated', 'bad-count'], `${end} bytes`).toContain(refusal(update.slice(0, end)));
    }
  });

  test('[SEC-8] counts that the bytes cannot hold', () => {
    // 30 million structs in seven bytes: plain Yjs allocates 250 MB for the array before it finds the end.
    const claim = craftUpdate([{ client: 1, clock: 0, structs: [], count: 30_000_000 }]);
    expect(claim.length).toBeLessThan(10);
    expect(refusal(claim)).toBe('bad-count');
    expect(refusal(bytes(0xff, 0xff, 0xff, 0x7f, 0))).toBe('bad-count');
    expect(refusal(bytes(0, 0xff, 0xff, 0xff, 0x7f))).toBe('bad-count');
    expect(refusal(bytes(0, 1, 5, 0xff, 0xff, 0x7f, 0, 1))).toBe('bad-count');
  });

  test('bytes behind the update', () => {
    expect(refusal(bytes(0, 0, 0))).toBe('trailing-bytes');
  });

  test('blocks and delete sets with nothing in them', () => {
    expect(
      refusal(
        craftUpdate([
          { client: 1, clock: 0, structs: [], count: 0 },
          { client: 0, clock: 0, structs: [insertion('a')] },
        ]),
      ),
    ).toBe('bad-count');
    expect(refusal(bytes(0, 1, 5, 0, 0, 0))).toBe('bad-count');
  });

  test('numbers of more than 32 bits', () => {
    expect(refusal(craftUpdate([{ client: 2 ** 32, clock: 0, structs: [insertion('a')] }]))).toBe('bad-number');
    expect(refusal(craftUpdate([{ client: 2 ** 32 - 1, clock: 0, structs: [insertion('a')] }]))).toBeNull();
    expect(refusal(bytes(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0))).toBe('bad-number');
  });

  test('[SEC-9] structs and deletions without length', () => {
    expect(refusal(one(insertion('')))).toBe('zero-length');
    expect(refusal(one(deletedUnits(0)))).toBe('zero-length');
    expect(refusal(craftUpdate([], [{ client: 1, ranges: [[0, 0]] }]))).toBe('zero-length');
  });

  test('[SEC-11] a struct that jumps over the clocks', () => {
    expect(refusal(one(deletedUnits(2 ** 32 - 1)))).toBe('clock-range');
    expect(refusal(one(deletedUnits(64 * 1024 * 1024 + 1)))).toBe('clock-range');
    expect(refusal(one(insertion('ab'), 2 ** 31 - 2))).toBe('clock-range');
    expect(refusal(one(insertion('a'), 2 ** 31 - 2))).toBeNull();
  });

  test('invalid UTF-8: surrogates, overlong forms, too large, broken off', () => {
    const wrong = [
      [0xed, 0xa0, 0x80],
      [0xed, 0xbf, 0xbf],
      [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80],
      [0xc0, 0x80],
      [0xc1, 0xbf],
      [0xe0, 0x80, 0x80],
      [0xe0, 0x9f, 0xbf],
      [0xf0, 0x80, 0x80, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0xf5, 0x80, 0x80, 0x80],
      [0x80],
      [0xff],
      [0xc3],
      [0xe6, 0x97],
      [0xf0, 0x9f, 0x98],
      [0xc3, 0x41],
      [0xe6, 0x41, 0xa5],
      [0xf0, 0x9f, 0x41, 0x80],
    ];
    for (const content of wrong) expect(refusal(rawString(...content)), content.join()).toBe('bad-utf8');
  });

  test('valid is what TextDecoder calls valid', () => {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    const valid = (content: number[]) => {
      try {
        decoder.decode(bytes(...content));
        return true;
      } catch {
        return false;
      }
    };
    const edges = [0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff];
    const different: string[] = [];
    for (let lead = 0xc0; lead <= 0xff; lead++) {
      for (const second of edges) {
        for (const third of [0x41, 0x80, 0xbf]) {
          for (const content of [
            [lead, second],
            [lead, second, third],
            [lead, second, third, 0x80],
          ]) {
            if ((refusal(rawString(...content)) === null) !== valid(content)) different.push(content.join());
          }
        }
      }
    }
    expect(different).toEqual([]);
  });

  test('a client that comes twice', () => {
    const block = { client: 5, clock: 0, structs: [insertion('a')] };
    expect(refusal(craftUpdate([block, { ...block, clock: 1 }]))).toBe('duplicate-client');
    const range = { client: 5, ranges: [[0, 1]] } as const;
    expect(refusal(craftUpdate([], [range, range]))).toBe('duplicate-client');
    expect(refusal(craftUpdate([], [range, { ...range, client: 9 }, range]))).toBe('duplicate-client');
    expect(refusal(craftUpdate([], [range, { ...range, client: 9 }, { ...range, client: 7 }]))).toBeNull();
  });

  test('a struct that builds on itself or on what its client has not written', () => {
    // Plain Yjs does not check own ids and fails in the middle of the transaction.
    expect(refusal(one(insertion('a', { origin: [1, 0] })))).toBe('bad-origin');
    expect(refusal(one(insertion('a', { right: [1, 4] }), 4))).toBe('bad-origin');
    expect(refusal(one(insertion('a', { origin: [1, 3], right: [1, 2] }), 4))).toBeNull();
  });

  test('[SEC-9] in a text: what is refused is named, at no great length', () => {
    const sentence = (struct: CraftedStruct) => {
      try {
        new UpdateScan({ kind: 'text', field: 'content' }).read(
          craftUpdate([{ client: 1, clock: 0, structs: [struct] }]),
        );
        return null;
      } catch (error) {
        return error instanceof UpdateRefused ? error.message : String(error);
      }
    };
    const plainPart = 'A struct is not a plain part of the text of the document.';
    expect(sentence(insertion('a', { parent: 'meta', subKey: 'key' }))).toBe(`${plainPart} It is in "meta".`);
    expect(sentence(insertion('a', { subKey: 'key' }))).toBe(`${plainPart} It stands under a key.`);
    expect(sentence(insertion('a', { parent: '😀'.repeat(5_000) }))).toBe(
      `${plainPart} It is in "${'😀'.repeat(14)}…".`,
    );
    expect(sentence({ ref: 6, content: contents.mark('bold', 'true') })).toMatch(/into a text\. It is formatting\.$/);
    expect(sentence({ ref: 5, content: contents.json('{}') })).toMatch(/It is an embedded object\.$/);
  });

  test('[SEC-9] in a text: anything but text in its own root', () => {
    // An embed makes the length of the Y.Text differ from its string: editors loop for ever.
    expect(refusal(one({ ref: 5, content: (encoder) => encoding.writeVarString(encoder, '{}') }))).toBe('bad-content');
    for (const ref of [2, 3, 5, 6, 7, 8, 9, 11, 31])
      expect(refusal(one({ ref, content: (encoder) => encoding.writeVarUint(encoder, 1) })), `ref ${ref}`).toBe(
        'bad-content',
      );
    // What a provider sends in the place of what a page wrote elsewhere: it has no place and shows nothing.
    expect(refusal(one({ ref: 0, content: (encoder) => encoding.writeVarUint(encoder, 1) }))).toBeNull();
    // Each new root name is a type that stays for ever.
    expect(refusal(one(insertion('a', { parent: 'other' })))).toBe('bad-parent');
    expect(refusal(one(insertion('a', { parent: 'contents' })))).toBe('bad-parent');
    expect(refusal(one(insertion('a', { parent: [2, 0] })))).toBe('bad-parent');
    expect(refusal(one(insertion('a', { subKey: 'key' })))).toBe('bad-parent');
    const skip = {
      ref: 10 | 0x80,
      origin: [2, 0] as const,
      content: (encoder: encoding.Encoder) => encoding.writeVarUint(encoder, 1),
    };
    expect(refusal(one(skip))).toBe('bad-content');
  });

  test('[SEC-8] an update in V2 encoding', () => {
    const doc = new Y.Doc();
    doc.getText('content').insert(0, 'text');
    expect(refusal(Y.encodeStateAsUpdateV2(doc))).not.toBeNull();
    // Structs of length 1 with the number of repeats as a run length: Y.mergeUpdatesV2 goes on for hours.
    const bomb = bytes(0, 0, 1, 5, 0, 0, 1, 0, 1, 0, 0, 0, 6, 0x41, ...HUGE, 1, ...HUGE, 0, 0);
    expect(bomb.length).toBe(27);
    expect(refusal(bomb)).not.toBeNull();
    expect(refusal(bomb, any())).not.toBeNull();
  });
});

describe('documents of any kind', () => {
  const anyValue = (write: (encoder: encoding.Encoder) => void) =>
    one({
      ref: 8,
      content: (encoder) => {
        encoding.writeVarUint(encoder, 1);
        write(encoder);
      },
    });
  const json = (ref: number, value: string) =>
    one({ ref, content: (encoder) => encoding.writeVarString(encoder, value) });

  test('everything that Yjs encodes is read to the last byte', () => {
    const doc = new Y.Doc();
    const map = doc.getMap('map');
    map.set('values', [1, -70000, 1.5, 2 ** 40, true, false, null, undefined, 'é😀', 10n, { a: { b: [] } }]);
    map.set('bytes', new Uint8Array([1, 2, 3]));
    map.set('nested', new Y.Map([['array', new Y.Array()]]));
    map.set('values', 'again');
    map.set('doc', new Y.Doc({ guid: 'sub', meta: { a: 1 } }));
    const formatted = doc.getText('formatted');
    formatted.insert(0, 'bold and more', { bold: true, link: { href: '#' } });
    formatted.insertEmbed(4, { image: 'x' });
    const xml = doc.getXmlFragment('xml');
    const element = new Y.XmlElement('p');
    xml.insert(0, [element, new Y.XmlText('t')]);
    element.setAttribute('class', 'c');
    map.set('hook', new Y.XmlHook('hook'));
    doc.getArray('array').insert(0, [new Y.Text('inner'), new Y.Array()]);
    doc.getArray('array').delete(0, 1);
    const update = Y.encodeStateAsUpdate(doc);
    expect(refusal(update, any())).toBeNull();
    for (let end = 0; end < update.length; end++) expect(refusal(update.slice(0, end), any()), `${end}`).not.toBeNull();
  });

  test('values nested too deep, which JSON.stringify or lib0 could not write again', () => {
    const depth = 20_000;
    expect(
      refusal(
        anyValue((encoder) => {
          for (let i = 0; i < depth; i++) encoding.writeUint8Array(encoder, bytes(117, 1));
          encoding.writeUint8(encoder, 126);
        }),
        any(),
      ),
    ).toBe('too-deep');
    expect(refusal(json(5, '['.repeat(depth) + ']'.repeat(depth)), any())).toBe('too-deep');
    expect(refusal(json(5, '{"a":[1,"[[[["]}'), any())).toBeNull();
  });

  test('values that cannot be decoded', () => {
    expect(refusal(json(5, '{'), any())).toBe('bad-content');
    expect(refusal(json(5, 'undefined'), any())).toBe('bad-content');
    expect(
      refusal(
        anyValue((encoder) => encoding.writeUint8(encoder, 5)),
        any(),
      ),
    ).toBe('bad-content');
    expect(
      refusal(
        anyValue((encoder) => encoding.writeUint8Array(encoder, bytes(116, 200, 1))),
        any(),
      ),
    ).toBe('truncated');
    expect(
      refusal(
        anyValue((encoder) => encoding.writeAny(encoder, JSON.parse('{"__proto__":1}'))),
        any(),
      ),
    ).toBe('bad-content');
    expect(refusal(one({ ref: 7, content: (encoder) => encoding.writeVarUint(encoder, 7) }), any())).toBe(
      'bad-content',
    );
    expect(refusal(one({ ref: 8, content: (encoder) => encoding.writeVarUint(encoder, 0) }), any())).toBe(
      'zero-length',
    );
    expect(
      refusal(
        one({
          ref: 9,
          content: (encoder) => {
            encoding.writeVarString(encoder, 'guid');
            encoding.writeAny(encoder, null);
          },
        }),
        any(),
      ),
    ).toBe('bad-content');
    expect(refusal(one({ ref: 0x20, content: (encoder) => encoding.writeVarUint(encoder, 1) }), any())).toBe(
      'bad-content',
    );
  });
});
