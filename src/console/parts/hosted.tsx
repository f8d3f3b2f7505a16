import { useEffect, useRef } from "react";

/** An element that is not drawn by React, in its place. */
export function Hosted({ element }: { element: HTMLElement }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    place.current?.append(element);
    return () => element.remove();
  }, [element]);
  return <div ref={place} />;
}
