/** The colours of one theme, all as #rrggbb. Their contrasts are checked by palette.test.ts. */
export interface Palette {
  /** Behind the text. */
  paper: string;
  /** The text. */
  ink: string;
  /** Line numbers, placeholder, hints. */
  faint: string;
  /** The own caret, focus, active search match. */
  accent: string;
  /** Fine lines. */
  hairline: string;
  /** The own selection. */
  selection: string;
  /** Panels, tooltips, folded text. */
  raised: string;
  /** Behind code within prose. */
  'code-block': string;
  /** The search matches. */
  match: string;
  /** Colours of the grammar. */
  tokens: Tokens;
}

/** Colours of the grammar, by what they mean. */
export interface Tokens {
  heading: string;
  /** Marks of Markdown, punctuation. */
  mark: string;
  link: string;
  quote: string;
  /** Inline code. */
  code: string;
  comment: string;
  keyword: string;
  string: string;
  number: string;
  type: string;
  function: string;
  property: string;
  tag: string;
  invalid: string;
  inserted: string;
  deleted: string;
}

/** Warm paper. */
export const LIGHT: Palette = {
  paper: '#fbf8f2',
  ink: '#29241f',
  faint: '#71685c',
  accent: '#a8451b',
  hairline: '#e4dccf',
  selection: '#ecdfc8',
  raised: '#f4efe5',
  'code-block': '#f0e9dc',
  match: '#f3df9f',
  tokens: {
    heading: '#29241f',
    mark: '#685f54',
    link: '#1d5f8f',
    quote: '#5d5448',
    code: '#7a3d10',
    comment: '#655e53',
    keyword: '#8a2f5c',
    string: '#3b6526',
    number: '#8f4306',
    type: '#1f646b',
    function: '#2a5a9c',
    property: '#5b4a8a',
    tag: '#8a2f5c',
    invalid: '#a8201a',
    inserted: '#2f6a2a',
    deleted: '#a8201a',
  },
};

/** A dark room with a warm lamp. */
export const DARK: Palette = {
  paper: '#1e1b18',
  ink: '#e9e2d6',
  faint: '#a0968a',
  accent: '#eb9a6c',
  hairline: '#3a342d',
  selection: '#40372a',
  raised: '#282420',
  'code-block': '#2b2722',
  match: '#5a4a1c',
  tokens: {
    heading: '#f3ede2',
    mark: '#aba194',
    link: '#87bde4',
    quote: '#c3b8a8',
    code: '#e4b38a',
    comment: '#afa597',
    keyword: '#e59ac0',
    string: '#a9cb8c',
    number: '#eab076',
    type: '#83c9cc',
    function: '#9dbff0',
    property: '#c1b2ee',
    tag: '#e59ac0',
    invalid: '#ff9d92',
    inserted: '#9fce95',
    deleted: '#ff9d92',
  },
};
