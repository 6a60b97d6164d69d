/** The URL of *Open in Console*, from PRISMA_LINK_TEMPLATE: its form on SaaS differs by tenant. */

import type { Target } from '../../scan/target.ts';
import { parseWebAddress } from '../kit/mrkdwn.ts';

interface ConsoleAddress {
  /** PRISMA_CONSOLE_URL, with its path. */
  readonly consoleUrl: string;
  readonly target: Target;
  /** PRISMA_PROJECT, or null. */
  readonly project: string | null;
}

/** null where the template gives no http(s) URL of at most 3,000 characters. */
export function consoleLink(
  template: string,
  { consoleUrl, target, project }: ConsoleAddress,
): string | null {
  const image = searchTerm(target);
  const searching = image === '' ? withoutSearch(template) : template;
  const filled = searching
    .replaceAll('{console}', () => consoleUrl.replace(/\/{1,5}$/, ''))
    .replaceAll('{image}', () => encode(image))
    .replaceAll('{project}', () => encode(project ?? ''));
  const hasProject = project === null || project === '' || template.includes('{project}');
  return parseWebAddress(hasProject ? filled : withProject(filled, project));
}

/** The Console's search knows repository and tag, but no digests. */
function searchTerm(target: Target): string {
  if (target.kind === 'regular') return '';
  const { repository, tag } = target.reference;
  return tag === '' ? repository : `${repository}:${tag}`;
}

/** Removes the parameter with the search term, whatever its name. */
function withoutSearch(template: string): string {
  return template.replace(/([?&])[^?&#={}]{1,100}=\{image\}(&?)/g, (_, before: string, after: string) =>
    after === '' ? '' : before,
  );
}

/** The Console's pages have their parameters after `#!`, hence the last `?`, not that of the URL. */
function withProject(address: string, project: string): string {
  const parameter = `projectId=${encode(project)}`;
  const question = address.lastIndexOf('?');
  if (question === -1) return `${address}?${parameter}`;
  return `${address.slice(0, question + 1)}${parameter}&${address.slice(question + 1)}`;
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
