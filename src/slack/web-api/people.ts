/** Whether a person belongs to this organisation, and whether as a guest. */

export type Membership = 'member' | 'guest' | 'stranger';

/** Of users.info; missing fields are left out. */
export interface Profile {
  readonly teamId: string | null;
  readonly enterpriseId: string | null;
  readonly isStranger: boolean;
  readonly isGuest: boolean;
}

/** The organisation in which the bot is installed. */
export interface Home {
  readonly teamId: string;
  /** null outside Enterprise Grid. */
  readonly enterpriseId: string | null;
}

/** People of another workspace of the same Enterprise Grid belong to the organisation. */
export function membershipOf(profile: Profile, home: Home): Membership {
  const { teamId, enterpriseId, isStranger, isGuest } = profile;
  const isColleague = home.enterpriseId !== null && enterpriseId === home.enterpriseId;
  const isElsewhere = teamId !== null && teamId !== home.teamId && teamId !== home.enterpriseId;
  if (isStranger || (isElsewhere && !isColleague)) return 'stranger';
  return isGuest ? 'guest' : 'member';
}
