using MudBlazor;

namespace NovaHub.Web.Components;

/// <summary>The console's colours and type for MudBlazor. The same values stand in <c>console.css</c> for our own markup.</summary>
internal static class HubTheme
{
    private static readonly string[] Text = ["Inter", "system-ui", "sans-serif"];

    public static MudTheme Theme { get; } = new()
    {
        PaletteDark = new PaletteDark
        {
            Primary = "#6cc5f0",
            PrimaryContrastText = "#0b1a24",
            Background = "#0e1217",
            Surface = "#161b22",
            AppbarBackground = "#0e1217",
            AppbarText = "#e6eaf0",
            TextPrimary = "#e6eaf0",
            TextSecondary = "#9aa7b6",
            ActionDefault = "#b6c1ce",
            LinesDefault = "#2a323d",
            LinesInputs = "#55616f",
            Divider = "#2a323d",
            Success = "#56d396",
            Warning = "#e8b84a",
            Error = "#ff8279",
            ErrorContrastText = "#2a0704",
            Info = "#6cc5f0",
            Dark = "#1d242d",
            OverlayDark = "rgba(4,7,10,.65)",
        },
        PaletteLight = new PaletteLight
        {
            Primary = "#095c80",
            Background = "#f4f6f8",
            Surface = "#ffffff",
            AppbarBackground = "#ffffff",
            AppbarText = "#1b2430",
            TextPrimary = "#1b2430",
            TextSecondary = "#536070",
            ActionDefault = "#445161",
            LinesDefault = "#d5dbe3",
            LinesInputs = "#8995a3",
            Divider = "#d5dbe3",
            Success = "#14693d",
            Warning = "#7a4f00",
            Error = "#b02a20",
            Info = "#095c80",
            Dark = "#2c3744",
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "8px" },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Text, FontSize = ".9375rem", LineHeight = "1.5", LetterSpacing = "normal" },
            Button = new ButtonTypography { FontFamily = Text, FontSize = ".875rem", FontWeight = "600", TextTransform = "none", LetterSpacing = "0" },
            H6 = new H6Typography { FontFamily = Text, FontSize = "1.1rem", FontWeight = "650" },
        },
    };
}
