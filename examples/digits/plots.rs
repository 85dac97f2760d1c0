//! The pictures: how training went, and what was learned.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use plotters::coord::Shift;
use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::data::{Digits, answer};
use crate::{Run, loss_of_image_grad};

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), Box<dyn Error>>;

const COLOURS: [RGBColor; 2] = [RGBColor(31, 119, 180), RGBColor(214, 89, 23)];
const INK: RGBColor = RGBColor(30, 30, 30);

/// Draws all of them, and tells where they are.
pub(crate) fn draw(runs: &[Run], test: &Digits) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/digits");
    fs::create_dir_all(&folder)?;
    let path = |name: &str| folder.join(name);
    let paths = [
        "training.svg",
        "confusion.svg",
        "weights.svg",
        "mistakes.svg",
    ]
    .map(path);
    let [training, confusion, weights, mistakes] = &paths;
    draw_training(training, runs)?;
    draw_confusion(confusion, runs, test)?;
    draw_weights(weights, runs)?;
    draw_mistakes(mistakes, runs, test)?;
    Ok(paths.into())
}

/// Loss and accuracy over the epochs.
fn draw_training(path: &Path, runs: &[Run]) -> Drawn {
    let area = SVGBackend::new(path, (1100, 460)).into_drawing_area();
    area.fill(&WHITE)?;
    let (left, right) = area.split_horizontally(550);
    let losses = ((0.03..3.0).log_scale(), SeriesLabelPosition::UpperRight);
    draw_curves(
        &left,
        "Training loss, with noise and cost of weights",
        losses,
        runs,
        |epoch| epoch.0,
    )?;
    let accuracy = (86.0..100.0, SeriesLabelPosition::LowerRight);
    let percent = |epoch: &(f64, f64)| 100.0 * epoch.1;
    draw_curves(&right, "Test images read right, %", accuracy, runs, percent)?;
    Ok(area.present()?)
}

/// One number of each epoch, for each network.
fn draw_curves<Y>(
    area: &Area,
    title: &str,
    (range, legend): (Y, SeriesLabelPosition),
    runs: &[Run],
    number: impl Fn(&(f64, f64)) -> f64,
) -> Drawn
where
    Y: AsRangedCoord<Value = f64>,
    Y::CoordDescType: ValueFormatter<f64>,
{
    let mut chart = ChartBuilder::on(area)
        .caption(title, ("sans-serif", 22))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(60)
        .build_cartesian_2d(1..runs[0].history.len(), range)?;
    chart
        .configure_mesh()
        .x_desc("epoch")
        .label_style(("sans-serif", 14))
        .light_line_style(WHITE)
        .y_label_formatter(&|y| y.to_string())
        .draw()?;
    for (run, colour) in runs.iter().zip(COLOURS) {
        let line = colour.stroke_width(2);
        chart
            .draw_series(LineSeries::new(
                (1..).zip(run.history.iter().map(&number)),
                line,
            ))?
            .label(run.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], line));
    }
    chart
        .configure_series_labels()
        .position(legend)
        .label_font(("sans-serif", 15))
        .border_style(INK.mix(0.3))
        .background_style(WHITE)
        .draw()?;
    Ok(())
}

/// Which digits are taken for which.
fn draw_confusion(path: &Path, runs: &[Run], test: &Digits) -> Drawn {
    const CELL: i32 = 44;
    let area = SVGBackend::new(path, (1100, 580)).into_drawing_area();
    area.fill(&WHITE)?;
    for (run, area) in runs.iter().zip(area.split_evenly((1, 2))) {
        let mut counts = [[0_u32; 10]; 10];
        for (image, label) in test.images.iter().zip(&test.labels) {
            counts[*label][answer(&run.network, image)] += 1;
        }
        let (x0, y0) = (75, 75);
        let title = format!(
            "{}: {} of {} right",
            run.name,
            test.right(&run.network),
            test.labels.len()
        );
        write(&area, &title, (x0 + 5 * CELL, 22), 22)?;
        write(&area, "read as", (x0 + 5 * CELL, y0 + 10 * CELL + 22), 16)?;
        write(&area, "is", (x0 - 45, y0 + 5 * CELL), 16)?;
        for (i, row) in (0..).zip(&counts) {
            write(
                &area,
                &i.to_string(),
                (x0 - 18, y0 + i * CELL + CELL / 2),
                16,
            )?;
            write(
                &area,
                &i.to_string(),
                (x0 + i * CELL + CELL / 2, y0 - 16),
                16,
            )?;
            let all: u32 = row.iter().sum();
            for (j, &count) in (0..).zip(row) {
                let share = f64::from(count) / f64::from(all.max(1));
                let colour = match (i == j, count) {
                    (_, 0) => RGBColor(246, 246, 246),
                    (true, _) => blend(RGBColor(225, 236, 246), COLOURS[0], share),
                    (false, _) => blend(RGBColor(255, 215, 180), COLOURS[1], 4.0 * share),
                };
                let (x, y) = (x0 + j * CELL, y0 + i * CELL);
                square(&area, (x, y), CELL - 2, colour)?;
                if count > 0 {
                    let colour = if i == j { WHITE } else { INK };
                    let text = ("sans-serif", 16).into_font().color(&colour).pos(CENTRE);
                    let place = (x + CELL / 2 - 1, y + CELL / 2);
                    area.draw(&Text::new(count.to_string(), place, text))?;
                }
            }
        }
    }
    Ok(area.present()?)
}

/// The weights of units of the first layer, as images.
fn draw_weights(path: &Path, runs: &[Run]) -> Drawn {
    const PIXEL: i32 = 9;
    const TILE: i32 = 8 * PIXEL + 5;
    const COLUMNS: i32 = 7;
    let area = SVGBackend::new(path, (1120, 620)).into_drawing_area();
    area.fill(&WHITE)?;
    for (run, area) in runs.iter().zip(area.split_evenly((1, 2))) {
        let title = format!("{}: what each hidden unit looks for", run.name);
        write(&area, &title, (280, 24), 20)?;
        let layer = &run.network.layers[0];
        let mut units: Vec<&[f64]> = layer.weights.chunks_exact(layer.inputs()).collect();
        units.sort_by(|a, b| squares(b).total_cmp(&squares(a)));
        let scale = largest(&layer.weights);
        for (k, weights) in (0..COLUMNS * COLUMNS).zip(units) {
            let place = (10 + k % COLUMNS * TILE, 50 + k / COLUMNS * TILE);
            draw_signed(&area, weights, scale, place, PIXEL)?;
        }
        write(
            &area,
            "red: ink excites; blue: ink inhibits; the strongest half, strongest first",
            (280, 600),
            15,
        )?;
    }
    Ok(area.present()?)
}

/// Test images that are misread, and how their pixels would have to change.
fn draw_mistakes(path: &Path, runs: &[Run], test: &Digits) -> Drawn {
    const PIXEL: i32 = 13;
    const SHOWN: usize = 6;
    let area = SVGBackend::new(path, (60 + SHOWN as u32 * 140, 700)).into_drawing_area();
    area.fill(&WHITE)?;
    for (run, area) in runs
        .iter()
        .zip(area.margin(0, 30, 0, 0).split_evenly((2, 1)))
    {
        let misread = test
            .images
            .iter()
            .zip(&test.labels)
            .map(|(image, label)| (image, *label, answer(&run.network, image)))
            .filter(|(_, label, answer)| label != answer);
        write_left(&area, &format!("{}, misread:", run.name), (30, 22), 20)?;
        for (k, (image, label, answer)) in (0..).zip(misread.take(SHOWN)) {
            let x = 30 + k * 140;
            let title = format!("{label}, read as {answer}");
            write(&area, &title, (x + 4 * PIXEL, 60), 17)?;
            for (i, ink) in (0..).zip(image) {
                let place = (x + i % 8 * PIXEL, 80 + i / 8 * PIXEL);
                square(&area, place, PIXEL, blend(WHITE, INK, *ink))?;
            }
            outline(&area, (x, 80), 8 * PIXEL)?;
            // against the gradient the loss falls
            let (_, gradient) = loss_of_image_grad(&run.network, image, label);
            let wanted: Vec<f64> = gradient.iter().map(|d| -d).collect();
            let scale = largest(&wanted);
            draw_signed(&area, &wanted, scale, (x, 80 + 9 * PIXEL), PIXEL)?;
        }
    }
    let legend = "below each image the gradient of its loss: more ink where it is red, less where it is blue, would help";
    write_left(&area, legend, (30, 682), 15)?;
    Ok(area.present()?)
}

const CENTRE: Pos = Pos {
    h_pos: HPos::Center,
    v_pos: VPos::Center,
};

fn write(area: &Area, text: &str, place: (i32, i32), size: u32) -> Drawn {
    let style = ("sans-serif", size).into_font().color(&INK).pos(CENTRE);
    Ok(area.draw(&Text::new(text.to_owned(), place, style))?)
}

fn write_left(area: &Area, text: &str, place: (i32, i32), size: u32) -> Drawn {
    let left = Pos::new(HPos::Left, VPos::Center);
    let style = ("sans-serif", size).into_font().color(&INK).pos(left);
    Ok(area.draw(&Text::new(text.to_owned(), place, style))?)
}

fn square(area: &Area, (x, y): (i32, i32), size: i32, colour: RGBColor) -> Drawn {
    let corners = [(x, y), (x + size, y + size)];
    Ok(area.draw(&Rectangle::new(corners, colour.filled()))?)
}

fn outline(area: &Area, (x, y): (i32, i32), size: i32) -> Drawn {
    let corners = [(x, y), (x + size, y + size)];
    Ok(area.draw(&Rectangle::new(corners, INK.mix(0.4)))?)
}

fn largest(numbers: &[f64]) -> f64 {
    numbers
        .iter()
        .fold(f64::MIN_POSITIVE, |m, d| m.max(d.abs()))
}

fn squares(numbers: &[f64]) -> f64 {
    numbers.iter().map(|d| d * d).sum()
}

/// An 8 × 8 image of numbers of both signs: red above zero, blue below; darkest
/// at `scale`.
fn draw_signed(area: &Area, numbers: &[f64], scale: f64, (x, y): (i32, i32), pixel: i32) -> Drawn {
    for (i, d) in (0..).zip(numbers) {
        let colour = match *d > 0.0 {
            true => RGBColor(178, 24, 43),
            false => RGBColor(33, 102, 172),
        };
        let share = (d.abs() / scale).powf(0.75);
        let place = (x + i % 8 * pixel, y + i / 8 * pixel);
        square(
            area,
            place,
            pixel,
            blend(RGBColor(247, 247, 247), colour, share),
        )?;
    }
    outline(area, (x, y), 8 * pixel)
}

/// A colour between two, 0 being the first.
fn blend(from: RGBColor, to: RGBColor, share: f64) -> RGBColor {
    let part = |a: u8, b: u8| {
        let share = share.clamp(0.0, 1.0);
        (f64::from(a) * (1.0 - share) + f64::from(b) * share).round() as u8
    };
    RGBColor(part(from.0, to.0), part(from.1, to.1), part(from.2, to.2))
}
