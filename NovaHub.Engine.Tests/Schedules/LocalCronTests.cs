using CsCheck;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Schedules;

namespace NovaHub.Engine.Tests.Schedules;

/// <summary>Which moments a cron expression means, on every clock that this machine knows.</summary>
public class LocalCronTests
{
    private static readonly DateTime s_from = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly DateTime s_until = new(2037, 12, 1, 0, 0, 0, DateTimeKind.Utc);

    // Every clock change of every zone in 37 years
    private static readonly Lazy<List<(TimeZoneInfo Zone, DateTime At)>> s_changes = new(() =>
    [
        .. TimeZones.Names.SelectMany(name =>
        {
            Assert.True(TimeZones.TryFind(name, out var zone));
            var changes = new List<(TimeZoneInfo, DateTime)>();
            for (var from = s_from; LocalCron.FirstChange(zone, from, s_until) is { } change; from = change)
            {
                changes.Add((zone, change));
            }

            return changes;
        }),
    ]);

    [Theory]
    [InlineData("Europe/Berlin", "0 30 2 * * ?", "2026-03-28 12:00", "2026-03-29 01:00", "2026-03-30 00:30")]
    [InlineData("Europe/Berlin", "0 30 2 * * ?", "2026-10-24 12:00", "2026-10-25 00:30", "2026-10-26 01:30")]
    [InlineData("America/Havana", "0 30 0 * * ?", "2026-03-07 12:00", "2026-03-08 05:00", "2026-03-09 04:30")]
    [InlineData("Australia/Lord_Howe", "0 15 2 * * ?", "2026-10-02 18:00", "2026-10-03 15:30", "2026-10-04 15:15")]
    [InlineData("Pacific/Apia", "0 0 4 * * ?", "2011-12-29 13:00", "2011-12-29 14:00", "2011-12-30 14:00")]
    [InlineData("UTC", "0 0 4 * * ?", "2026-11-28 04:00", "2026-11-29 04:00", "2026-11-30 04:00")]
    [InlineData("Asia/Kathmandu", "0 0 4 * * ?", "2026-11-28 00:00", "2026-11-28 22:15", "2026-11-29 22:15")]
    public void A_time_that_the_clock_leaps_over_comes_at_the_leap_and_one_that_it_shows_twice_comes_once(string zone, string cron, string after, string first, string second) =>
        Assert.Equal([Utc(first), Utc(second)], Cron(cron, zone).After(Utc(after)).Take(2).Select(t => t.Utc));

    [Theory]
    [InlineData("Europe/Berlin", "2026-03-28 22:00", "2026-03-29 06:00")]
    [InlineData("Europe/Berlin", "2026-10-24 22:00", "2026-10-25 06:00")]
    [InlineData("Australia/Lord_Howe", "2026-04-04 10:00", "2026-04-04 20:00")]
    public void Every_quarter_of_an_hour_goes_on_through_both_odd_nights(string zone, string from, string until)
    {
        var times = Cron("0 0/15 * * * ?", zone).After(Utc(from)).TakeWhile(t => t.Utc <= Utc(until)).Select(t => t.Utc).ToList();
        Assert.Equal(Enumerable.Range(1, (int)((Utc(until) - Utc(from)).TotalMinutes / 15)).Select(i => Utc(from).AddMinutes(15 * i)), times);
    }

    [Fact]
    public void Daily_means_once_for_each_local_date_in_every_zone_round_every_clock_change()
    {
        Assert.True(s_changes.Value.Count > 5000, $"Only {s_changes.Value.Count} clock changes are known: is tzdata installed?");
        foreach (var (zone, change) in s_changes.Value)
        {
            foreach (var minute in new[] { 0, 5, 23 * 60 + 45, Local(zone, change.AddMinutes(-20)), Local(zone, change.AddMinutes(20)), 4 * 60 })
            {
                var times = Cron($"0 {minute % 60} {minute / 60} * * ?", zone.Id).After(change.AddDays(-3)).TakeWhile(t => t.Utc < change.AddDays(3)).ToList();
                var dates = times.ConvertAll(t => t.Local.Date);
                Assert.True(dates.Distinct().Count() == dates.Count, $"{zone.Id} {change:u} at minute {minute}: a date has two times: {Say(times)}");
                for (var date = dates[0]; date < dates[^1]; date = date.AddDays(1))
                {
                    Assert.True(dates.Contains(date) || !HasDate(zone, change, date), $"{zone.Id} {change:u} at minute {minute}: {date:d} has no time: {Say(times)}");
                }

                Assert.Equal(times.Select(t => t.Utc).Order(), times.Select(t => t.Utc));
                Assert.All(times, t => Assert.Equal(t.Wall.Date, t.Local.Date));
            }
        }
    }

    [Fact]
    public void Each_time_is_where_a_walk_over_every_minute_finds_it() => Gen.Select(Gen.Int[0, s_changes.Value.Count - 1], Gen.Int[0, 1439]).Sample(
        (index, minute) =>
        {
            var (zone, change) = s_changes.Value[index];
            var times = Cron($"0 {minute % 60} {minute / 60} * * ?", zone.Id).After(change.AddHours(-60)).TakeWhile(t => t.Utc < change.AddHours(60)).Select(t => t.Utc).ToList();
            Assert.Equal(Walk(zone, change, minute), times);
        },
        iter: 300);

    [Fact]
    public void A_schedule_that_goes_on_from_any_moment_meets_the_same_times() => Gen.Select(
        Gen.Int[0, s_changes.Value.Count - 1], Gen.Int[0, 4].Select(i => new[] { "0 30 2 * * ?", "0 0/20 * * * ?", "0 0,30 0-3 * * ?", "0 10 0/2 ? * MON-SUN", "30 0 0 L * ?" }[i]), Gen.Int[-200_000, 200_000]).Sample(
        (index, cron, seconds) =>
        {
            var (zone, change) = s_changes.Value[index];
            var all = Cron(cron, zone.Id).After(change.AddDays(-4)).TakeWhile(t => t.Utc < change.AddDays(40)).Select(t => t.Utc).ToList();
            var from = change.AddSeconds(seconds);
            Assert.Equal(all.Where(t => t > from), Cron(cron, zone.Id).After(from).TakeWhile(t => t.Utc < change.AddDays(40)).Select(t => t.Utc));
        },
        iter: 300);

    [Fact]
    public void An_odd_night_is_told_in_words()
    {
        var (leap, back) = (Cron("0 30 2 * * ?", "Europe/Berlin"), Cron("0 0 4 * * ?", "Europe/Berlin"));
        Assert.Equal(
            [null, "The clock leaps from 02:00 to 03:00 and never shows 02:30: it comes at 03:00.", null], leap.After(Utc("2026-03-27 12:00")).Take(3).Select(t => t.OddNight));
        Assert.Equal(
            [null, "The clock goes back from 03:00 to 02:00 and shows 02:30 twice: this is the first time.", null], leap.After(Utc("2026-10-23 12:00")).Take(3).Select(t => t.OddNight));
        Assert.Equal([null, "On this date the clock leaps from 02:00 to 03:00.", null], back.After(Utc("2026-03-27 12:00")).Take(3).Select(t => t.OddNight));
        Assert.Equal(
            "The clock goes back from 03:00 to 02:00 and shows 02:00 twice: this is the second time.",
            Cron("0 0 * * * ?", "Europe/Berlin").After(Utc("2026-10-25 00:30")).First().OddNight);
    }

    [Theory]
    [InlineData("0 4 * *", "has 4 fields")]
    [InlineData("every day", "Illegal characters")]
    [InlineData("0 60 * * * ?", "Minute and Second values must be between 0 and 59")]
    [InlineData("0 0 4 0 * ?", "Day of month values must be between 1 and 31")]
    public void What_the_reader_of_expressions_says_reaches_the_person(string cron, string words)
    {
        Assert.Contains(words, Assert.Throws<RefusedException>(() => LocalCron.Read(cron, null, s_from)).Message);
        Assert.Contains(words, CronPreview.Of(cron, null, s_from).Refusal);
    }

    [Theory]
    [InlineData("0 0 12 31 2 ?")]
    [InlineData("0 0 12 1 1 ? 2020")]
    public void What_never_comes_is_refused(string cron)
    {
        var now = new DateTime(2026, 11, 28, 0, 0, 0, DateTimeKind.Utc);
        Assert.Contains("never comes", Assert.Throws<RefusedException>(() => LocalCron.Read(cron, "Europe/Berlin", now)).Message);
        Assert.Contains("never comes", CronPreview.Of(cron, "Europe/Berlin", now).Refusal);
    }

    [Fact]
    public void Zones_are_found_in_any_case_and_what_is_none_is_named()
    {
        Assert.True(TimeZones.TryFind("europe/berlin", out var berlin));
        Assert.Equal("Europe/Berlin", berlin.Id);
        Assert.All(new[] { null, "", "utc", "Etc/UTC", "Zulu" }, name => Assert.True(TimeZones.TryFind(name, out var zone) && zone.BaseUtcOffset == TimeSpan.Zero));
        Assert.All(
            new[] { "Mars/Base", "../../etc/passwd", "/etc/localtime", "right/Europe/Berlin", "posix/Europe/Berlin", "posix/UTC", "Europe/\nBerlin", new string('a', 5000) },
            name => Assert.False(TimeZones.TryFind(name, out _), name));
        Assert.Contains("Europe/Berlin", TimeZones.Refusal("Mars/Base"));
        Assert.Contains("Mars/Base", CronPreview.Of("0 0 4 * * ?", "Mars/Base", s_from).Refusal);
        Assert.Equal("0 0 4 ? * MON-SUN", LocalCron.Normal("  0 0\t4  ? * mon-sun "));
    }

    private static LocalCron Cron(string cron, string zone) =>
        LocalCron.TryRead(cron, zone, out var read, out var refusal) ? read : throw new InvalidOperationException(refusal);

    private static DateTime Utc(string text) => DateTime.SpecifyKind(DateTime.Parse(text, System.Globalization.CultureInfo.InvariantCulture), DateTimeKind.Utc);

    private static int Local(TimeZoneInfo zone, DateTime utc) => (int)LocalCron.Local(zone, utc).TimeOfDay.TotalMinutes;

    private static bool HasDate(TimeZoneInfo zone, DateTime change, DateTime date) =>
        Enumerable.Range(-96, 193).Any(hours => LocalCron.Local(zone, change.AddHours(hours)).Date == date);

    // On each date: the first minute at which the clock shows the time or a later one of that date; else the date's last second
    private static List<DateTime> Walk(TimeZoneInfo zone, DateTime change, int minute)
    {
        var (begin, end) = (change.AddHours(-60), change.AddHours(60));
        var minutes = Enumerable.Range(-5 * 1440, 10 * 1440).Select(m => change.AddMinutes(m)).Select(t => (Utc: t, Local: LocalCron.Local(zone, t))).ToList();
        var found = minutes.GroupBy(m => m.Local.Date).Select(date =>
        {
            var wanted = date.Key.AddMinutes(minute);
            var hits = minutes.Where(m => m.Local >= wanted).ToList();
            return hits.Count > 0 && hits[0].Local.Date == date.Key ? hits[0].Utc : date.First(d => d.Utc == date.Max(m => m.Utc)).Utc.AddSeconds(59);
        });
        return [.. found.Where(t => t > begin && t < end).Order()];
    }

    private static string Say(IEnumerable<CronTime> times) => string.Join(", ", times.Select(t => $"{t.Local:u}={t.Utc:u}"));
}
