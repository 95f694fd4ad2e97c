/** A hint that something happened, kept for whoever looks next: none is lost between looking and waiting. */
export interface Bell {
  ring(): void;
  /** Settles when it was rung since the last time, or after the limit. */
  heard(limit_ms: number): Promise<void>;
}

export function bell(): Bell {
  let rung = false;
  let wake = () => {};
  return {
    ring() {
      rung = true;
      wake();
    },
    async heard(limit_ms) {
      if (!rung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, limit_ms);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      rung = false;
    },
  };
}
