import { describe, expect, it } from 'vitest';
import { PatternFinder } from './pattern.js';

const cut = (pattern: string, text: string, dialect?: 'rust') =>
  new PatternFinder(pattern, dialect).find(text).map(([s, e, m]) => (m ? `<${text.slice(s, e)}>` : text.slice(s, e)));

describe('PatternFinder', () => {
  it('reads \\s as White_Space: NEL is space, a byte order mark is not', () => {
    expect(cut('\\s+', 'a\u0085b\ufeffc')).toEqual(['a', '<\u0085>', 'b\ufeffc']);
    expect(cut('[^\\S\\n]', 'a \nb')).toEqual(['a', '< >', '\nb']);
  });

  it('ignores case as Unicode folds it', () => {
    expect(cut("(?i:'s|'LL)x", "'Sx 'ſx 'lLx")).toEqual(["<'Sx>", ' ', "<'ſx>", ' ', "<'lLx>"]);
    expect(cut('(?i)k|[x-z]', 'Kk\u212aX')).toEqual(['<K>', '<k>', '<\u212a>', '<X>']);
  });

  it('never gives back what a possessive quantifier or atomic group took', () => {
    expect(cut('a++a|b', 'aaab')).toEqual(['aaa', '<b>']);
    expect(cut('(?>a+)b', 'aab')).toEqual(['<aab>']);
    expect(cut('\\s++$|\\s', 'x  ', 'rust')).toEqual(['x', '<  >']);
  });

  it('takes ^ and $ by line in Oniguruma, by text in Rust', () => {
    expect(cut('^a', 'a\na')).toEqual(['<a>', '\n', '<a>']);
    expect(cut('^a', 'a\na', 'rust')).toEqual(['<a>', '\na']);
    expect(cut('b$', 'b\nb', 'rust')).toEqual(['b\n', '<b>']);
  });

  it('knows properties by any of their names', () => {
    expect(cut('\\p{letter}\\p{han}\\p{^Lu}', 'a京B a京b')).toEqual(['a京B ', '<a京b>']);
    expect(cut('\\p{letter}\\p{Script=han}\\p{^Lu}\\P{N}\\pL', 'a京b-c')).toEqual(['<a京b-c>']);
    expect(cut('[[:alpha:]&&[^a-c]]+', 'abcdef')).toEqual(['abc', '<def>']);
  });

  it('does not report an empty match right after a match', () => {
    expect(cut('a*', 'ab')).toEqual(['<a>', 'b', '<>']);
  });

  it('finds repeated repetitions, and their absence, in time that grows with the text', () => {
    const text = `${'a'.repeat(40)}c`;
    for (const pattern of ['(a+)+b', '(?:a*)*b', '(?:[ab]*)+d', '(?:\\p{L}+)*1'])
      expect(cut(pattern, text)).toEqual([text]);
    expect(cut('(?:a+)+b', 'aab')).toEqual(['<aab>']);
    expect(cut('(a*)+', 'aab')).toEqual(['<aa>', 'b', '<>']);
    expect(cut('(a+)+\\1', 'aaa')).toEqual(['<aaa>']);
  });

  it.each([
    ['(', 'unmatched "("'],
    [')', 'unmatched ")"'],
    ['[a', 'unmatched "["'],
    ['*', 'nothing before "*"'],
    ['\\p{Klingon}', 'the property "Klingon", which does not exist'],
    ['(?(1)a)', 'not supported'],
    ['\\K', 'uses \\K, which is not supported'],
    ['[b-a]', 'out of order'],
    ['\\2', 'refers to the group "2"'],
    ['(?~a)', 'not supported'],
    ['a{1,200000}', 'more than 100000 times'],
  ])('refuses %s with a sentence', (pattern, words) => {
    expect(() => new PatternFinder(pattern)).toThrow(words);
  });

  it('refuses patterns that are too long or too deep', () => {
    expect(() => new PatternFinder('('.repeat(300))).toThrow('deeper than 200');
    expect(() => new PatternFinder('a'.repeat(10_001))).toThrow('more than 10000');
  });
});
