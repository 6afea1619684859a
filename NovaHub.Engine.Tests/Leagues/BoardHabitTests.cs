using CsCheck;
using NovaHub.Engine.Leagues;

namespace NovaHub.Engine.Tests.Leagues;

public class BoardHabitTests
{
    // A Monday
    private static readonly DateTime Monday = new(2026, 3, 2, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void A_board_that_polls_every_few_minutes_is_quiet_after_three_hours()
    {
        var habit = BoardHabit.Of(Hours(28, _ => Enumerable.Range(0, 24)));
        Assert.Equal(("every hour", TimeSpan.FromHours(3)), (habit.Words, habit.Patience));
    }

    [Fact]
    public void A_board_that_calls_once_a_day_about_the_same_time_is_quiet_after_a_day_and_a_half()
    {
        var habit = BoardHabit.Of(Hours(28, day => [19 + (day % 3)]));
        Assert.Equal("every day", habit.Words);
        Assert.InRange(habit.Patience, TimeSpan.FromHours(36), TimeSpan.FromHours(39));
    }

    [Fact]
    public void A_weekend_without_a_call_belongs_to_a_board_that_calls_on_weekdays()
    {
        var habit = BoardHabit.Of(Hours(28, day => day % 7 < 5 ? [18] : []));
        Assert.Equal("at least every 3 days", habit.Words);
        // Friday 18:00 to Monday 18:00 is as always; on Wednesday morning it is not
        Assert.InRange(habit.Patience, TimeSpan.FromDays(3), TimeSpan.FromDays(4.5));
    }

    [Fact]
    public void A_board_that_is_on_in_office_hours_is_not_quiet_at_night_nor_on_a_weekend()
    {
        var habit = BoardHabit.Of(Hours(28, day => day % 7 < 5 ? Enumerable.Range(8, 9) : []));
        Assert.Equal(TimeSpan.FromHours(64), habit.Rhythm);
        Assert.True(habit.Patience > TimeSpan.FromHours(64));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(20)]
    public void One_vacation_makes_nobody_patient(int days)
    {
        var habit = BoardHabit.Of(Hours(28, day => day >= 4 && day < 4 + days ? [] : Enumerable.Range(0, 24)));
        Assert.Equal(TimeSpan.FromHours(3), habit.Patience);
        Assert.Equal("every day", BoardHabit.Of(Hours(28, day => day >= 4 && day < 4 + days ? [] : [20])).Words);
    }

    [Fact]
    public void A_board_that_calls_once_a_week_is_given_more_than_a_week()
    {
        var habit = BoardHabit.Of(Hours(28, day => day % 7 == 6 ? [12] : []));
        Assert.Equal(("at least every 7 days", TimeSpan.FromDays(10.5)), (habit.Words, habit.Patience));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 24)]
    [InlineData(3, 20)]
    public void A_new_board_has_no_habit_yet_and_gets_three_days(int days, int hoursADay)
    {
        var habit = BoardHabit.Of(Hours(days, _ => Enumerable.Range(0, hoursADay)).SkipLast(1));
        Assert.Equal(BoardHabit.Unknown, habit);
        Assert.Equal((null, TimeSpan.FromDays(3)), (habit.Words, habit.Patience));
    }

    [Fact]
    public void A_few_calls_make_no_board_impatient()
    {
        var habit = BoardHabit.Of([Monday, Monday.AddHours(1), Monday.AddHours(2), Monday.AddDays(4)]);
        Assert.Equal(TimeSpan.FromDays(3), habit.Patience);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(10)]
    public void Where_clocks_are_put_forward_or_back_nothing_is_missing(int month)
    {
        var begin = new DateTime(2026, month, 15, 0, 0, 0, DateTimeKind.Utc);
        Assert.Equal("every hour", BoardHabit.Of(Enumerable.Range(0, 24 * 20).Select(h => begin.AddHours(h))).Words);
    }

    [Fact]
    public void Whatever_the_hours_are_a_silence_as_long_as_usual_is_never_called_unusual()
    {
        Gen.Int[0, 27 * 24].List[0, 400].Sample(hours =>
        {
            var seen = hours.Select(h => Monday.AddHours(h)).ToList();
            var habit = BoardHabit.Of(seen);
            var gaps = seen.Distinct().Order().Zip(seen.Distinct().Order().Skip(1), (a, b) => b - a).OrderDescending().ToList();
            // The longest alone may be unusual
            Assert.All(gaps.Skip(1), g => Assert.True(habit.Rhythm is null || g <= habit.Rhythm));
            Assert.True(habit.Patience >= (habit.Rhythm ?? TimeSpan.Zero) + TimeSpan.FromHours(2) && habit.Patience >= BoardHabit.LeastPatience);
            Assert.Equal(habit, BoardHabit.Of(seen.AsEnumerable().Reverse().Concat(seen)));
            Assert.Equal(habit.Rhythm is null, habit.Words is null);
        });
    }

    [Theory]
    [InlineData(1, 9, "The Dive usually speaks every hour; silent for 9 hours.")]
    [InlineData(2, 9, "The Dive usually speaks at least every 2 hours; silent for 9 hours.")]
    [InlineData(25, 47, "The Dive usually speaks every day; silent for 47 hours.")]
    [InlineData(72, 120, "The Dive usually speaks at least every 3 days; silent for 5 days.")]
    [InlineData(0, 73, "The Dive is silent for 3 days; too little is known of it to tell its habit.")]
    public void It_is_said_in_plain_words(int rhythm, int silent, string sentence)
    {
        var habit = rhythm == 0 ? BoardHabit.Unknown : new BoardHabit(TimeSpan.FromHours(rhythm), TimeSpan.Zero);
        Assert.Equal(sentence, new QuietBoard(1, "The Dive", Monday, Monday, TimeSpan.FromHours(silent), habit).Sentence);
    }

    [Fact]
    public void A_board_that_never_spoke_is_said_to_have_been_added() => Assert.Equal(
        "The Dive has never spoken; it was added 4 days ago.",
        new QuietBoard(1, "The Dive", null, Monday, TimeSpan.FromDays(4), BoardHabit.Unknown).Sentence);

    private static IEnumerable<DateTime> Hours(int days, Func<int, IEnumerable<int>> hoursOfDay) =>
        Enumerable.Range(0, days).SelectMany(d => hoursOfDay(d).Select(h => Monday.AddDays(d).AddHours(h)));
}
