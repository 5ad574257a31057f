import { describe, expect, it } from 'vitest';
import { downloadFileName } from './file-name.ts';

describe('download file name', () => {
  it.each([
    ['Plan', '', 'Plan.md'],
    ['Plan', 'Markdown', 'Plan.md'],
    ['', '', 'Untitled.md'],
    ['main.rs', '', 'main.rs'],
    ['main', 'Rust', 'main.rs'],
    ['Notes', 'Plain text', 'Notes.txt'],
    ['Notes', 'Brainfuck', 'Notes.txt'],
    ['Version 2.0', '', 'Version 2.0.md'],
    ['a/b\\c: "d"?', '', 'a b c d.md'],
    ['../../etc/passwd', '', 'etc passwd.md'],
    ['.htaccess', '', 'htaccess.md'],
    ['ends with dots...', '', 'ends with dots.md'],
    ['\u202Egnp.exe', 'Markdown', 'gnp.exe.md'],
    ['report.hta', '', 'report.hta.md'],
    ['report.PDF', 'Plain text', 'report.PDF.txt'],
    ['setup.bat', 'Rust', 'setup.bat.rs'],
    ['Main.TS', '', 'Main.TS'],
    ['data.csv', '', 'data.csv'],
    ['line\nbreak\u0000', '', 'line break.md'],
    ['???', '', 'Untitled.md'],
  ])('of "%s" in "%s" is "%s"', (title, language, name) => {
    expect(downloadFileName(title, language)).toBe(name);
  });

  it('fits a file system without half a character', () => {
    const name = downloadFileName('🦩'.repeat(100), '');
    expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(255);
    expect(name.isWellFormed()).toBe(true);
    expect(name.endsWith('.md')).toBe(true);
  });
});
