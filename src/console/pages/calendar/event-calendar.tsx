import { type Calendar, createCalendar, destroyCalendar } from "@event-calendar/core";
import { type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import "@event-calendar/core/index.css";

interface Props {
  className: string;
  label: string;
  plugins: Calendar.Plugin[];
  /** Each one that is another than before is handed on. */
  options: Calendar.Options;
  /** Portals into the nodes that the options name. */
  children: ReactNode;
}

/** What stands around a view in the library's own pages is the console's here. */
const NO_TOOLBAR = { start: "", center: "", end: "" };

/** @event-calendar/core: it places, drags and drops; what is seen is drawn by React into nodes that it is given. */
export function EventCalendar({ className, label, plugins, options, children }: Props) {
  const frame = useRef<HTMLElement>(null);
  const calendar = useRef<Calendar>(null);
  const handedOn = useRef(options);
  /** What has the focus while the calendar is told of something else. */
  const held = useRef<HTMLElement>(null);
  useEffect(() => {
    const { current } = frame;
    if (current === null) return;
    const made = createCalendar(current, plugins, { headerToolbar: NO_TOOLBAR, ...handedOn.current });
    calendar.current = made;
    const watch = new MutationObserver(() => {
      correctRoles(current);
      // It puts every node into its place anew.
      if (document.activeElement === document.body) held.current?.focus({ preventScroll: true });
      held.current = null;
    });
    watch.observe(current, { childList: true, subtree: true });
    correctRoles(current);
    return () => {
      watch.disconnect();
      calendar.current = null;
      void destroyCalendar(made);
    };
  }, [plugins]);
  useLayoutEffect(() => {
    const before = handedOn.current;
    handedOn.current = options;
    held.current = frame.current?.querySelector<HTMLElement>(":focus") ?? null;
    for (const name of Object.keys(options) as (keyof Calendar.Options)[])
      if (options[name] !== before[name]) calendar.current?.setOption(name, options[name]);
  });
  return (
    <section ref={frame} className={className} aria-label={label}>
      {children}
    </section>
  );
}

/**
 * The library says table, and has cells that stand in no row. What it makes is no more to a screen reader than what stands in it;
 * an entry's name says its date.
 */
function correctRoles(frame: HTMLElement): void {
  for (const part of frame.querySelectorAll(
    ".ec [role]:not([role=none]), .ec[role], .ec article:not([role])",
  )) {
    part.setAttribute("role", "none");
    for (const name of ["aria-colindex", "aria-colspan"]) part.removeAttribute(name);
  }
}

/** Nodes by name: one is placed by the calendar, and drawn in by a portal. */
export function useNodes(): (name: string) => HTMLElement {
  const [nodes] = useState(() => new Map<string, HTMLElement>());
  return useCallback(
    (name) => {
      const node = nodes.get(name) ?? document.createElement("div");
      nodes.set(name, node);
      return node;
    },
    [nodes],
  );
}
