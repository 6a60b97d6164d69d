/** What a message shows is started as a request of the program does it: one image, or several on a board. */

import type { DeliveryContent } from '../../src/scan/delivery.ts';
import type { Target } from '../../src/scan/target.ts';
import type { Database } from '../../src/store/database.ts';
import { type BoardRequest as StartBoardRequest, type Started, startMessage } from '../../src/store/start.ts';

export type BoardRequest = Omit<StartBoardRequest, 'isBoard'>;

export function startBoard(database: Database, request: BoardRequest): Promise<Started> {
  return startMessage(database, { ...request, isBoard: true });
}

export interface WatchRequest extends Omit<BoardRequest, 'images' | 'userId'> {
  readonly userId: string;
  readonly target: Target;
  readonly content: DeliveryContent;
}

export interface StartedWatch {
  readonly id: string;
  /** False where the conversation had a watch on the target already. */
  readonly isNew: boolean;
  /** False where the person was a follower already. */
  readonly hasJoined: boolean;
}

export async function startWatch(
  database: Database,
  { target, content, ...request }: WatchRequest,
): Promise<StartedWatch> {
  const { messageId, before } = await startMessage(database, {
    ...request,
    images: [{ target, content }],
    isBoard: false,
  });
  const [joined] = before;
  const id = messageId ?? joined?.watchId ?? '';
  return { id, isNew: messageId !== null, hasJoined: joined?.hasJoined ?? true };
}
