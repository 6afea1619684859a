#!/usr/bin/env bash
# Quartz's CronExpression.GetNextValidTimeAfter(t) gives t itself, or a time before it, on the day on which the clock goes
# forward in zones whose standard time is the one of summer (Europe/Dublin, Africa/Casablanca): whoever asks again with
# the answer never gets on. Expected: a time after t, always.
set -euo pipefail
quartz=4.7.3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
cat > finding.csproj <<PROJECT
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
  <ItemGroup><PackageReference Include="Quartz" Version="$quartz" /></ItemGroup>
</Project>
PROJECT
cat > Program.cs <<'PROGRAM'
using Quartz;

Console.WriteLine($"Quartz {typeof(CronExpression).Assembly.GetName().Version}, .NET {Environment.Version}");
(string Zone, string Cron, string After)[] asked =
[
    ("Europe/Dublin", "0 30 1 * * ?", "2026-03-28T12:00:00Z"),
    ("Europe/Dublin", "0 0/15 * * * ?", "2026-03-29T00:20:00Z"),
    ("Africa/Casablanca", "0 30 2 * * ?", "2026-03-21T12:00:00Z"),
    ("Europe/Berlin", "0 30 2 * * ?", "2026-03-28T12:00:00Z"),
];
var stuck = new List<string>();
foreach (var (zone, text, after) in asked)
{
    var cron = new CronExpression(text).WithTimeZone(TimeZoneInfo.FindSystemTimeZoneById(zone));
    var at = DateTimeOffset.Parse(after);
    Console.Write($"{zone}, “{text}” after {at:u}:");
    for (var i = 0; i < 5; i++)
    {
        var next = cron.GetNextValidTimeAfter(at)!.Value;
        Console.Write($" {next:u}");
        if (next <= at)
        {
            stuck.Add(zone);
            Console.Write(" <- not after the one before");
            break;
        }

        at = next;
    }

    Console.WriteLine();
}

Console.WriteLine("expected: five rising times in each zone");
var asSeen = stuck.SequenceEqual(["Europe/Dublin", "Europe/Dublin", "Africa/Casablanca"]);
Console.WriteLine(asSeen ? "seen: no further time in Dublin and Casablanca, five in Berlin" : "this has changed");
return asSeen ? 0 : 1;
PROGRAM
dotnet run
