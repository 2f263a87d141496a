/** What one side of the bench came to; told by `test/ui/panel/measure.ts`, which runs in the page and is compiled for it. */
export interface PanelSample {
  /** Milliseconds from a message's being sent to what it changed being painted. */
  readonly paints: readonly number[];
  /** Milliseconds from a key's being pressed to what it changed being painted. */
  readonly inputs: readonly number[];
  /** Frames that were to come and did not. */
  readonly droppedFrames: number;
  readonly frames: number;
  readonly rowsInDocument: number;
}

/** @param rows of the panel, the floor has none; @param updates rows that change a second; @param seconds how long each side */
export type MeasurePanel = (house: {
  readonly rows: number;
  readonly updates: number;
  readonly seconds: number;
}) => Promise<{ readonly floor: PanelSample; readonly panel: PanelSample }>;
