import { useEffect, useRef, useState } from 'preact/hooks';

/** A click or key that was meant for what stood here before must not answer. */
const guardMs = 500;

/** For the buttons of a question: each is answered once, and not in its first half second. */
export function useGuard(wasAnswered: boolean): { isOff: boolean; answerOnce: (act: () => void) => void } {
  const shownMs = useRef(performance.now());
  const isAnswered = useRef(wasAnswered);
  const [isReady, setReady] = useState(false);
  useEffect(() => {
    shownMs.current = performance.now();
    const timer = setTimeout(() => setReady(true), guardMs);
    return () => clearTimeout(timer);
  }, []);
  return {
    isOff: !isReady || wasAnswered,
    answerOnce(act) {
      // The state follows a frame later, so a second click of a double click would still find it open.
      if (isAnswered.current || performance.now() - shownMs.current < guardMs) return;
      isAnswered.current = true;
      act();
    },
  };
}
