/** Hints for an image that no registry specification seems to cover: the patterns are undocumented. mrkdwn. */

const REGISTRY_SETTINGS = '*Defend › Vulnerabilities › Images › Registry settings*';

/** Where the settings seem to say so. */
export const OUTSIDE = [`Check the spelling, and ${REGISTRY_SETTINGS} in the Console.`];

/** Where the settings are unreadable: the end of a sentence, and one to follow. */
export const MAYBE_OUTSIDE = `the image is outside the registries that are configured in the Console. Check the spelling, and ${REGISTRY_SETTINGS}.`;
