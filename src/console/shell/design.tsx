import { LoadingOutlined } from "@ant-design/icons";
import { ConfigProvider, theme } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useTheme } from "./theme.ts";

/** The tokens of Ant Design are the colours of console.css: paper and ink, and one red for the brand and for stop. */
const FONT =
  'system-ui, "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", sans-serif';
const SHARED = {
  fontFamily: FONT,
  fontSize: 16,
  borderRadius: 6,
  controlHeight: 38,
  motionDurationMid: "0.12s",
};

const LIGHT = {
  algorithm: theme.defaultAlgorithm,
  token: {
    ...SHARED,
    colorPrimary: "#24211e",
    colorLink: "#1f5a87",
    colorError: "#b3261e",
    colorSuccess: "#276749",
    colorWarning: "#7d5200",
    colorBgLayout: "#fbfaf8",
    colorText: "#24211e",
    colorTextSecondary: "#6a645d",
    colorTextPlaceholder: "#6f6962",
    colorBorder: "#8b857d",
    colorBorderSecondary: "#dfdad3",
  },
};
const DARK = {
  algorithm: theme.darkAlgorithm,
  token: {
    ...SHARED,
    colorPrimary: "#ece8e3",
    colorTextLightSolid: "#191817",
    colorLink: "#8fc3ec",
    colorError: "#f2938b",
    colorSuccess: "#8fd3b0",
    colorWarning: "#ecc27a",
    colorBgLayout: "#191817",
    colorBgContainer: "#22201f",
    colorBgElevated: "#22201f",
    colorText: "#ece8e3",
    colorTextSecondary: "#a69f96",
    colorTextPlaceholder: "#a69f96",
    colorBorder: "#6f6961",
    colorBorderSecondary: "#3b3835",
  },
};

export function Design({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const { isDark, isStill } = useTheme();
  const { algorithm, token } = isDark ? DARK : LIGHT;
  return (
    <ConfigProvider
      theme={{ algorithm, token: { ...token, motion: !isStill }, cssVar: { key: "console" }, hashed: false }}
      button={{
        autoInsertSpace: false,
        // Without the motion of the default one, whose end is sometimes missed: it then stays, and is read out, for good.
        loadingIcon: <LoadingOutlined aria-label={t("action.running")} />,
      }}
      wave={{ disabled: true }}
    >
      {children}
    </ConfigProvider>
  );
}
