import { type Static, Type } from "typebox";
import { closed, LocalDate, LocalTime } from "../http/schemas.ts";

const QuietHoursList = Type.Array(
  closed({
    from: LocalTime,
    to: LocalTime,
    days: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), {
        description: "ISO weekdays on which it begins",
      }),
    ),
    dates: Type.Optional(Type.Array(LocalDate, { description: "Dates on which it begins" })),
  }),
  {
    maxItems: 100,
    examples: [
      [
        { from: "22:00", to: "06:00" },
        { from: "12:00", to: "14:00" },
        { from: "07:30", to: "18:30", dates: ["2027-06-07", "2027-06-08"] },
        { from: "06:00", to: "08:00", days: [6, 7] },
      ],
    ],
    description: "As the night, noon rest, exam days, and a later start at weekends",
  },
);
const MaxVolume = Type.Integer({ minimum: 0, maximum: 100, description: "Per cent" });
const caps = {
  dailyMinutesCap: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 1440, description: "Of the daily class, on one date" }),
  ),
  weeklyMinutesCap: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 10_080, description: "Of the daily class, from Monday to Sunday" }),
  ),
};

/** What every device allows at any time; part of every playlist and kept by the device itself. */
export const CountyPolicy = closed({ quietHours: QuietHoursList, maxVolume: MaxVolume, ...caps });
export type CountyPolicy = Static<typeof CountyPolicy>;

export const OwnAreaPolicy = closed({
  quietHours: Type.Optional(QuietHoursList),
  maxVolume: Type.Optional(MaxVolume),
  ...caps,
});
