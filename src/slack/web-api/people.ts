/** Whether a person belongs to this organisation, and whether as a guest. */

export type Membership = 'member' | 'guest' | 'stranger';

/** Of users.info, as far as it was given. */
export interface Profile {
  readonly teamId: string | null;
  readonly enterpriseId: string | null;
  readonly isStranger: boolean;
  readonly isGuest: boolean;
}

/** The organisation that the bot was installed in. */
export interface Home {
  readonly teamId: string;
  /** null outside Enterprise Grid. */
  readonly enterpriseId: string | null;
}

/** People of another workspace of the same Enterprise Grid are no strangers. */
export function membershipOf(profile: Profile, home: Home): Membership {
  const { teamId, enterpriseId, isStranger, isGuest } = profile;
  const isColleague = home.enterpriseId !== null && enterpriseId === home.enterpriseId;
  const isElsewhere = teamId !== null && teamId !== home.teamId && teamId !== home.enterpriseId;
  if (isStranger || (isElsewhere && !isColleague)) return 'stranger';
  return isGuest ? 'guest' : 'member';
}
