/** How the marks of the charts look: the rules of charts.css with the light colours of style.css, for what is no browser. */
import { readFile } from 'node:fs/promises';

/** Properties that are set, such as `stroke-width`, by their names. */
export type Look = Readonly<Record<string, string>>;

interface Rule {
  classes: readonly string[];
  look: Look;
}

const PAGES = new URL('../../', import.meta.url);

export interface StyleSheet {
  /** @param names of an element's classes */
  lookOf(names: readonly string[]): Look;
  /** The rules as CSS, for a picture that brings them along. */
  css: string;
}

export async function chartStyle(): Promise<StyleSheet> {
  const [tokens, marks] = await Promise.all(
    ['style.css', 'charts/charts.css'].map((name) => readFile(new URL(name, PAGES), 'utf8')),
  );
  const rules = rulesOf(marks!, lightTokens(tokens!));
  return {
    lookOf: (names) => {
      const met = rules.filter(({ classes }) => classes.every((name) => names.includes(name)));
      return Object.fromEntries(met.flatMap(({ look }) => Object.entries(look)));
    },
    css: rules.map(writtenRule).join('\n'),
  };
}

function writtenRule({ classes, look }: Rule): string {
  const set = Object.entries(look).map(([name, value]) => `${name}: ${value};`);
  return `.${classes.join('.')} { ${set.join(' ')} }`;
}

/** The light one of each token, by name. */
function lightTokens(css: string): ReadonlyMap<string, string> {
  const found = css.matchAll(/(--[\w-]+): light-dark\((#\w+), #\w+\);/g);
  return new Map([...found].map(([, name, colour]) => [name!, colour!]));
}

/** Those of classes alone, the weaker ones first; what depends on a pointer or a parent is no part of a picture. */
function rulesOf(css: string, tokens: ReadonlyMap<string, string>): Rule[] {
  const blocks = css.replaceAll(/\/\*.*?\*\//gs, '').matchAll(/([^{}]+)\{([^{}]*)\}/g);
  return [...blocks]
    .flatMap(([, selectors, body]) => {
      const look = lookIn(body!, tokens);
      return selectors!
        .split(',')
        .map((selector) => selector.trim())
        .filter((selector) => /^(\.[\w-]+)+$/.test(selector))
        .map((selector) => ({ classes: selector.slice(1).split('.'), look }));
    })
    .sort((a, b) => a.classes.length - b.classes.length);
}

function lookIn(body: string, tokens: ReadonlyMap<string, string>): Look {
  const set = [...body.matchAll(/([\w-]+):\s*([^;]+);/g)].map(([, name, value]) => [
    name!,
    value!.replaceAll(/var\((--[\w-]+)\)/g, (_all, token: string) => tokens.get(token)!),
  ]);
  return Object.fromEntries(set);
}
