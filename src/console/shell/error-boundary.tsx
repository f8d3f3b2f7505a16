import { Button } from "antd";
import i18next from "i18next";
import { Component, type ReactNode } from "react";
import { ProblemNotice } from "../parts/notices.tsx";

/** What a page could not draw is said in its place; the rest of the console, and its stop, goes on. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state = { error: null as unknown };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <div className="view">
        <ProblemNotice error={error} title={i18next.t("page.failed")} />
        <p className="hint">{i18next.t("page.failedHint")}</p>
        <Button type="primary" onClick={() => location.reload()}>
          {i18next.t("page.reload")}
        </Button>
      </div>
    );
  }
}
