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
  useEffect(() => {
    const { current } = frame;
    if (current === null) return;
    const make = () => createCalendar(current, plugins, { headerToolbar: NO_TOOLBAR, ...handedOn.current });
    let made = make();
    calendar.current = made;
    const watch = new MutationObserver(() => correctRoles(current));
    watch.observe(current, { childList: true, subtree: true });
    correctRoles(current);
    // As when a telephone is turned: the library does not take back what it shows of a drag.
    const cancel = () => {
      if (current.querySelector(".ec-preview") === null) return;
      void destroyCalendar(made);
      made = make();
      calendar.current = made;
    };
    addEventListener("pointercancel", cancel);
    return () => {
      removeEventListener("pointercancel", cancel);
      watch.disconnect();
      calendar.current = null;
      void destroyCalendar(made);
    };
  }, [plugins]);
  useLayoutEffect(() => {
    const before = handedOn.current;
    handedOn.current = options;
    const names = (Object.keys(options) as (keyof Calendar.Options)[]).filter(
      (name) => options[name] !== before[name],
    );
    if (names.length === 0) return;
    const held = frame.current?.querySelector<HTMLElement>(":focus");
    for (const name of names) calendar.current?.setOption(name, options[name]);
    // It puts every node into its place anew, in microtasks, which takes the focus.
    if (held)
      setTimeout(() => document.activeElement === document.body && held.focus({ preventScroll: true }));
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
